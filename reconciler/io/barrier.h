/*
 * The barrier: somebody waits until the record is at least as fresh as their
 * call. All that it is about is made due as a person's wish, and each object is
 * waited for until a look at it has ended that began after the call did. It
 * asks no provider: whoever is the worker does, by its budgets.
 */
#ifndef TRUEUP_IO_BARRIER_H
#define TRUEUP_IO_BARRIER_H

#include <stdbool.h>
#include <stdint.h>

struct barrier;
struct err_text;
struct object_ref;
struct settings;
struct store;

enum { BARRIER_OBJECTS_MAX = 4096 /* that one call waits for */ };

/*
 * barrier_open(store, settings, timeout_ms, out, err): the call begins now. The
 * store is open for writing; it and the settings are borrowed until
 * barrier_close, which is NULL-safe.
 */
int barrier_open(struct store *store, const struct settings *settings,
    int64_t timeout_ms, struct barrier **out, struct err_text *err);
void barrier_close(struct barrier *barrier);

/*
 * barrier_want_account(barrier, account, err): all that the account has. Where
 * nothing is on record, the providers that can be asked by its name, or by that
 * of a customer that is linked to it, are asked who that is. ERR_FULL: it has
 * more than can be waited for; or the store's error.
 */
int barrier_want_account(
    struct barrier *barrier, const char *account, struct err_text *err);
/*
 * barrier_want_object(barrier, ref, parent_kind, parent_id, err): one object,
 * known or not; the parent may be NULL.
 */
int barrier_want_object(struct barrier *barrier, const struct object_ref *ref,
    const char *parent_kind, const char *parent_id, struct err_text *err);

/*
 * barrier_step(barrier): see what is on record by now, and ask for what is
 * still wanted. true: there is nothing more to wait for: all is there, or the
 * time is over, or the process is to stop, or the store failed.
 */
bool barrier_step(struct barrier *barrier);

/* barrier_left_ms(barrier): until its time is over; 0: it is. */
int64_t barrier_left_ms(const struct barrier *barrier);

/*
 * After the last step. barrier_is_fresh(barrier): something was looked at, and
 * every look that was waited for came out as truth; a name that only might have
 * been somebody's counts as looked at when nobody has it.
 * barrier_tell(barrier, say, cookie): why it is not, a line each.
 */
bool barrier_is_fresh(const struct barrier *barrier);
void barrier_tell(struct barrier *barrier,
    void (*say)(void *cookie, const char *line), void *cookie);

#endif
