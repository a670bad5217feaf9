#ifndef FAKE_ECOM9_H
#define FAKE_ECOM9_H

#include "tests/fake/provider.h"

/*
 * ecom9: hooks that say what may or may not be so, a status without a status
 * word, transactions only as a list of their account.  Sources: the public
 * pages ecom9.com/api-docs, /api-docs/credits and /api-docs/webhooks.
 */
extern const struct provider ecom9_provider;

#endif
