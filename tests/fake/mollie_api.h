#ifndef FAKE_MOLLIE_API_H
#define FAKE_MOLLIE_API_H

#include "tests/fake/provider.h"

/* The routes of provider.h, ended by a NULL pattern. */
extern const struct route mollie_api_routes[];

/* The body of an error: status, title, detail and a link. */
json_t *mollie_api_error(int status, const char *detail);

#endif
