/*
 * The query API as a whole: its listener and its threads. Reads the store and
 * nothing else: no hook secret, no provider's key.
 */
#ifndef TRUEUP_IO_API_SERVER_H
#define TRUEUP_IO_API_SERVER_H

struct err_text;
struct log;
struct settings;

/*
 * api_server_run(settings, log, err): listen and serve until stop_requested();
 * then stop accepting, answer what is in, and return 0. The store may be
 * missing at first. Logs `info serving address=HOST:PORT` once it accepts.
 * Negative: could not start.
 */
int api_server_run(const struct settings *settings, const struct log *log,
    struct err_text *err);

#endif
