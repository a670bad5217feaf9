/*
 * The webhook listener: POST /hooks/NAME[/TOKEN], GET /healthz.
 *
 * It believes nothing but ids. A notification is authenticated (hook token,
 * signature), its ids are taken by the provider's client, and the answer is
 * held back until the ids are on disk: requests that arrive together share one
 * commit. Cannot be stored: 503 with Retry-After; never a 4xx for our trouble.
 */
#ifndef TRUEUP_IO_RECEIVER_H
#define TRUEUP_IO_RECEIVER_H

struct err_text;
struct log;
struct settings;
struct store;

/*
 * receiver_run(settings, store, log, err): listen and serve until
 * stop_requested(); then stop accepting, answer what is in, and return 0.
 * Logs `info listening address=HOST:PORT` once it accepts (port 0 in the
 * configuration takes a free one). Negative: could not start.
 */
int receiver_run(const struct settings *settings, struct store *store,
    const struct log *log, struct err_text *err);

#endif
