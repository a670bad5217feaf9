/*
 * Asked to stop: SIGTERM and SIGINT set the program's one mutable global and
 * make a descriptor readable, so that any wait can end at once.
 */
#ifndef TRUEUP_BASE_STOP_H
#define TRUEUP_BASE_STOP_H

#include <stdbool.h>

struct err_text;

/* stop_install(err): catch the signals, ignore SIGPIPE. Once per process. */
int stop_install(struct err_text *err);
/* stop_requested(): a signal came. */
bool stop_requested(void);
/* stop_fd(): readable from then on, for poll(2); never to be read or closed. */
int stop_fd(void);

#endif
