/*
 * The body of one request while it comes in. Most are small and need no memory
 * of their own; what all the others take together is bounded by their pool.
 */
#ifndef TRUEUP_IO_BODY_H
#define TRUEUP_IO_BODY_H

#include "reconciler/base/buf.h"

#include <stddef.h>

enum { BODY_SMALL_BYTES = 1024 };

struct body_pool {
	size_t max_bytes;
	size_t used_bytes;
};

struct body {
	struct body_pool *pool;
	size_t len;
	size_t max_bytes;
	struct buf big; /* used when it is not small */
	char small[BODY_SMALL_BYTES];
};

/* body_init(body, pool, max): empty; the pool must outlive it. */
void body_init(struct body *body, struct body_pool *pool, size_t max_bytes);
/* body_reset(body): empty, its memory given back; body_fini: the same. */
void body_reset(struct body *body);
void body_fini(struct body *body);
/*
 * body_add(body, data, len): 0; ERR_FULL: longer than its maximum; ERR_AGAIN:
 * the pool or the machine has no memory left. On an error it is empty.
 */
int body_add(struct body *body, const char *data, size_t len);
/* body_data(body): its bytes; NULL when it is empty. */
const char *body_data(const struct body *body);

#endif
