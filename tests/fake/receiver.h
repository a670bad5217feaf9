#ifndef FAKE_RECEIVER_H
#define FAKE_RECEIVER_H

#include <stdbool.h>

#include "tests/fake/answer.h"
#include "tests/fake/fake.h"

struct MHD_Connection;

/*
 * The other end of webhooks: whatever is sent below "/_sink/" is kept as a line
 * of the sink (GET _control/sink), with its headers, its body as it came, and
 * what it was answered: 200, or what faults say of the route "/_sink" (and of
 * the account that the body names, as their "id").
 */
bool receiver_is_meant(const char *path);

/* What is to hit the request (a->effect). The lock is held. */
void receiver_begin(struct fake *f, struct answer *a, const struct text *body);

/* Keeps it, and makes the answer. The lock is held. */
void receiver_take(struct fake *f, struct answer *a,
    struct MHD_Connection *connection, const char *method, const char *path,
    const struct text *body);

#endif
