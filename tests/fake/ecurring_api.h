#ifndef FAKE_ECURRING_API_H
#define FAKE_ECURRING_API_H

#include "tests/fake/provider.h"

/* How eCurring's API answers: JSON:API documents over the state. */
enum { ECURRING_CUSTOMER, ECURRING_SUBSCRIPTION, ECURRING_TRANSACTION };

/* The routes of provider.h, ended by a NULL pattern. */
extern const struct route ecurring_api_routes[];

/* The body of an error: errors[] with status, title and detail. */
json_t *ecurring_api_error(int status, const char *detail);

#endif
