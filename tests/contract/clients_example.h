/*
 * The shipped example of the type generic: what the suites over all types know
 * of it. Read once for a program.
 */
#ifndef TRUEUP_TESTS_CONTRACT_CLIENTS_EXAMPLE_H
#define TRUEUP_TESTS_CONTRACT_CLIENTS_EXAMPLE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"

#include "clients/generic.h"

enum { EXAMPLE_ARENA_MAX = 1 << 20 };

/* The group `options` of its provider, as the configuration makes it. */
static inline const struct generic_options *example_options(void)
{
	static struct config *config;
	static struct arena arena;
	static const void *options;
	struct err_text err = {""};

	if (options != NULL)
		return options;
	arena_init(&arena, EXAMPLE_ARENA_MAX);
	if (config_open("etc/examples/paddle.conf", &config, &err) != 0 ||
	    generic_configure(
		config_group(config_item(config_root(config), "providers", 0),
		    "options"),
		&arena, &options, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return options;
}

/* For a type whose kinds come from its options: those of the example. */
static inline const void *example_options_of(const struct client *client)
{
	return client->kinds_of != NULL ? example_options() : NULL;
}

#endif
