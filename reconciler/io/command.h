/* Changes to a command: each on its standard input. See io/carrier.h. */
#ifndef TRUEUP_IO_COMMAND_H
#define TRUEUP_IO_COMMAND_H

struct carrier;
struct delivery_settings;
struct err_text;

/* command_open(settings, out, err): settings are borrowed. 0 or ERR_FAIL. */
int command_open(const struct delivery_settings *settings, struct carrier *out,
    struct err_text *err);

#endif
