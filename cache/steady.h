/*
 * A store to be asked that need not be there, nor stay what it is. It is opened
 * when there is one; when its files are moved away, replaced, or made over by
 * another version, it is let go of, and what is there then is opened.
 *
 * A steady belongs to all threads; a steady_view is one thread's.
 */
#ifndef TRUEUP_CACHE_STEADY_H
#define TRUEUP_CACHE_STEADY_H

#include <stdbool.h>
#include <stdint.h>

struct err_text;
struct store;
struct store_options;
struct store_view;
struct steady;
struct steady_store;

/* Zeroed: none. While it is not closed, the store that it is of stays open. */
struct steady_view {
	struct store_view *view;
	struct steady_store *of;
};

/*
 * steady_new(options): what options say, of which the path is borrowed. It is
 * never made here. Without read_only it is opened for writing where its data
 * file may be written. NULL: no memory.
 */
struct steady *steady_new(const struct store_options *options);
/* steady_free(steady): all views are closed. NULL-safe. */
void steady_free(struct steady *steady);

/*
 * steady_look(steady, now, view, err): view becomes one of what is there now;
 * now is monotonic. 0; else view is closed, and it is ERR_ABSENT; ERR_FORMAT;
 * ERR_TWICE (something else in this process has it open); ERR_AGAIN (no reader
 * is free, the store has grown and can be followed only when every view of this
 * process is closed, or views of the one before are not closed yet); or another
 * error. After one, the files are tried again after a tenth of a second.
 */
int steady_look(struct steady *steady, int64_t now_ms, struct steady_view *view,
    struct err_text *err);
/*
 * steady_hold(steady, now, view, err): the same, but the store itself, for one
 * who writes to it, in steady_store_of(view). ERR_DENIED: only to be read here.
 */
int steady_hold(struct steady *steady, int64_t now_ms, struct steady_view *view,
    struct err_text *err);
struct store *steady_store_of(const struct steady_view *view);
/* steady_close(view): takes an empty one. */
void steady_close(struct steady_view *view);

/* steady_is_of(steady, view): of the store that is there, not of an older. */
bool steady_is_of(struct steady *steady, const struct steady_view *view);
/* steady_is_open(steady): it holds one open now. */
bool steady_is_open(struct steady *steady);
/* steady_was_open(steady): it has held one open at some time. */
bool steady_was_open(struct steady *steady);

#endif
