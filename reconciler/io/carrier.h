/*
 * What brings changes to a target: a command, or a URL. The courier says when;
 * a carrier only carries, several at once, and says how each ended.
 */
#ifndef TRUEUP_IO_CARRIER_H
#define TRUEUP_IO_CARRIER_H

#include "cache/deliveries.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err_text;
struct parcel;

/* How one ended. */
struct carried {
	struct parcel *parcel;
	bool ok;
	bool gone;		/* the other side wants no more, ever */
	int http_status;	/* 0: none */
	int64_t retry_after_ms; /* the other side asked for it; 0 */
	int64_t took_ms;
	char error[DELIVERY_ERROR_MAX]; /* not ok: why; valid UTF-8 */
};

struct carrier {
	void *self;
	/* start(self, parcel, err): begin; the parcel stays until it ended. */
	int (*start)(void *self, struct parcel *parcel, struct err_text *err);
	/*
	 * wait(self, fds, n, timeout_ms, err): until one has ended, one of the
	 * n (at most 2) descriptors is readable, or the time is over. It may
	 * come back early.
	 */
	int (*wait)(void *self, const int *fds, size_t n, int64_t timeout_ms,
	    struct err_text *err);
	/* next(self, out): the next that has ended; false: none just now. */
	bool (*next)(void *self, struct carried *out);
	/* close(self): end what is under way and free all; within 2 s. */
	void (*close)(void *self);
};

/* carrier_say(carried, text): why it failed, cut to what fits. */
void carrier_say(struct carried *carried, const char *text);

#endif
