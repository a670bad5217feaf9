#ifndef FAKE_ECURRING_H
#define FAKE_ECURRING_H

#include "tests/fake/provider.h"

/*
 * eCurring, which closed in 2023: id-only hooks, JSON:API documents, the
 * history inside the transaction.  Sources: docs.ecurring.com (webhooks,
 * subscriptions, transactions), as far as they were public.
 */
extern const struct provider ecurring_provider;

#endif
