#ifndef FAKE_ECOM9_API_H
#define FAKE_ECOM9_API_H

#include "tests/fake/provider.h"

/* How ecom9's API answers: flat documents, and a list in pages. */
enum { ECOM9_ACCOUNT, ECOM9_TRANSACTION };

/* The routes of provider.h, ended by a NULL pattern. */
extern const struct route ecom9_api_routes[];

/* The body of an error: detail. */
json_t *ecom9_api_error(int status, const char *detail);

#endif
