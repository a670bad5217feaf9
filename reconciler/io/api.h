/*
 * The query API of one thread (trueup(1) lists its paths): takes requests from
 * the HTTP server, answers them from the store, which it only reads, and keeps
 * those that wait for a change.
 */
#ifndef TRUEUP_IO_API_H
#define TRUEUP_IO_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct api;
struct api_counts;
struct api_store;
struct err_text;
struct http_exchange;
struct settings;

struct api_options { /* all borrowed, shared by all threads */
	const struct settings *settings;
	struct api_store *store;
	struct api_counts *counts;
	size_t max_waiting; /* of this thread */
};

enum { API_LOOK_MS = 200 }; /* how soon a waiting one is told, at most */

/* api_new(options): NULL: no memory. api_free: nobody waits; NULL-safe. */
struct api *api_new(const struct api_options *options);
void api_free(struct api *api);

/* api_serve(api, exchange): answer, now or later; for struct http_options. */
void api_serve(void *cookie, struct http_exchange *exchange);

/*
 * api_look(api, now): answer those that have waited for what is there now, or
 * long enough. now: monotonic. api_close(api): from now on nobody waits: all
 * are answered with what there is. api_wait_ms(api): until the next look is
 * wanted; INT64_MAX: nobody waits.
 */
void api_look(struct api *api, int64_t now_ms);
void api_close(struct api *api);
int64_t api_wait_ms(const struct api *api);

/*
 * api_rest(api): at the end of each turn, nothing is being answered: keep
 * nothing in the store that others could free, and no hold on it when nobody
 * asked in that turn.
 */
void api_rest(struct api *api);

#endif
