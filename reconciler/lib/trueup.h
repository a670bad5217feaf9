/*
 * libtrueup: "is this account entitled?", asked of trueup's store from inside a
 * program: no server, no other process, about a microsecond. It only reads, in
 * as many processes as there are, beside the worker, which never has to wait.
 *
 *	struct trueup_error err;
 *	struct trueup *t;
 *
 *	if (trueup_open(NULL, &t, &err) != 0)
 *		errx(1, "%s", err.text);
 *	if (trueup_entitled(t, "usr_anna", NULL, NULL, NULL) == TRUEUP_YES)
 *		let_in();
 *	trueup_close(t);
 *
 * It keeps no global state, never ends the process, raises no signal and writes
 * nothing, not even a log. Texts that go in are UTF-8, and remain the caller's.
 *
 * Threads: one handle is for all threads of a process; a struct trueup_lines is
 * one thread's at a time. A process opens a store once (TRUEUP_ERR_TWICE).
 *
 * fork(): a handle belongs to the process that opened it. In a child every call
 * with it is TRUEUP_ERR_FORKED, and trueup_close does nothing; the child opens
 * its own. Open after the fork, not before it.
 *
 * trueup(3) has all of it.
 */
#ifndef TRUEUP_H
#define TRUEUP_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

/* What is true. Compare with one of them: UNKNOWN is neither, and not 0. */
enum trueup_answer { TRUEUP_NO = 0, TRUEUP_YES = 1, TRUEUP_UNKNOWN = 2 };

/* What went wrong, by what can be done about it. All are negative. */
enum trueup_err {
	TRUEUP_ERR_ABSENT = -1, /* there is no store yet: ask again later */
	TRUEUP_ERR_BAD = -2,   /* the question, the configuration or a record */
	TRUEUP_ERR_AGAIN = -3, /* not now: all readers of the store are taken */
	TRUEUP_ERR_DENIED = -4, /* this user may not read the store's files */
	TRUEUP_ERR_FULL = -5,	/* the answer is too large */
	TRUEUP_ERR_FAIL = -6,	/* the system: memory, I/O */
	TRUEUP_ERR_FORMAT = -7, /* another version's store: update this one */
	TRUEUP_ERR_TWICE = -8,	/* this process has the store open already */
	TRUEUP_ERR_MOVED = -9, /* it was there, and has been moved or removed */
	TRUEUP_ERR_FORKED = -10, /* the handle is the parent's: open another */
	TRUEUP_ERR_GAP = -11	 /* these changes are no longer kept */
};

/* The caller's; every function takes NULL for "I do not want to know". */
struct trueup_error {
	int code;	/* enum trueup_err, 0: none */
	char text[512]; /* one line for people, without a secret; or "" */
};

struct trueup;	     /* a handle */
struct trueup_lines; /* an iteration */

/*
 * trueup_open(config, out, err): config is the path of the configuration file;
 * NULL: $TRUEUP_CONFIG, else /etc/trueup/trueup.conf. It says where the store
 * is and, with the types of the providers, by which policy grants are judged:
 * the same that the command uses. It is read once, without any secret file.
 *
 * The store need not be there: whether it can be read is told by each question,
 * and by trueup_check; one that comes, or comes back, is used from then on.
 *
 * 0, and trueup_close(*out) when it is done with; or an error, *out is NULL.
 */
int trueup_open(
    const char *config, struct trueup **out, struct trueup_error *err);
/*
 * trueup_close(t): no other thread is using it, and what was made with it
 * (struct trueup_lines) is closed. NULL is fine.
 */
void trueup_close(struct trueup *t);

/* trueup_check(t, err): could it answer now? 0, or why not. */
int trueup_check(struct trueup *t, struct trueup_error *err);

/*
 * trueup_entitled(t, account, product, label, err): now, by one snapshot.
 * product and label may be NULL: any. enum trueup_answer, or an error.
 * Allocates nothing, but for the first question of each of at most 16 threads
 * that ask at a time.
 */
int trueup_entitled(struct trueup *t, const char *account, const char *product,
    const char *label, struct trueup_error *err);

/*
 * trueup_account_json(t, account, product, label, at_ms, out, err): the whole
 * answer, byte by byte the line of `trueup account --json` and of the query
 * API, without its newline. at_ms: milliseconds since 1970, past or future; 0:
 * now. 0, and trueup_free(*out); or an error, *out is NULL.
 */
int trueup_account_json(struct trueup *t, const char *account,
    const char *product, const char *label, int64_t at_ms, char **out,
    struct trueup_error *err);
/* trueup_free(text): NULL is fine. */
void trueup_free(char *text);

/*
 * What happened, oldest first, a line of JSON each, as the commands print them:
 * trueup_account_history(t, account, out, err) of all that an account has,
 * trueup_object_history(t, provider, kind, id, out, err) of one object. Of one
 * snapshot, which is read whole and then let go of. An account or object of
 * which nothing is known has no lines. 0, and trueup_lines_close(*out); or an
 * error, *out is NULL.
 */
int trueup_account_history(struct trueup *t, const char *account,
    struct trueup_lines **out, struct trueup_error *err);
int trueup_object_history(struct trueup *t, const char *provider,
    const char *kind, const char *id, struct trueup_lines **out,
    struct trueup_error *err);

/*
 * trueup_changes(t, since, out, err): the edges of all accounts' entitlement
 * after the change that has that seq, in order; -1: from the oldest that is
 * kept. At the end of the feed trueup_lines_next says 0, and may be asked again
 * later for what has come since. Result as above.
 */
int trueup_changes(struct trueup *t, int64_t since, struct trueup_lines **out,
    struct trueup_error *err);

/*
 * trueup_lines_next(lines, json, err): 1 and the next line, without its
 * newline, until the next call with these lines; 0: there is none (now); or an
 * error, after which it may be tried again. TRUEUP_ERR_GAP: changes that come
 * next are no longer kept; ask for each account anew and begin with -1.
 */
int trueup_lines_next(
    struct trueup_lines *lines, const char **json, struct trueup_error *err);
/*
 * trueup_lines_seq(lines): the seq of the line that was given last: of a
 * change, where to resume after it is dealt with. Before the first: the since
 * of trueup_changes, or 0.
 */
int64_t trueup_lines_seq(const struct trueup_lines *lines);
/* trueup_lines_close(lines): before its handle is closed. NULL is fine. */
void trueup_lines_close(struct trueup_lines *lines);

/* trueup_version(): of the library that is in use, "1.2.3". Constant. */
const char *trueup_version(void);
/* trueup_error_name(code): a word, "absent", "moved"; constant. */
const char *trueup_error_name(int code);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
