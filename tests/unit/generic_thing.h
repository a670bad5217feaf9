/* A provider of the type generic that is described in a few lines, for tests.
 */
#ifndef TRUEUP_TESTS_UNIT_GENERIC_THING_H
#define TRUEUP_TESTS_UNIT_GENERIC_THING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "clients/types.h"

#include "clients/generic.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { ARENA_MAX = 1 << 18, TEXT_MAX = 8192 };

/* A provider that is described in a few lines, whose parts are replaced. */
#define VERIFY "verify = { scheme = \"none\"; };\n"
#define RULE "{ kind = \"thing\"; id = \"/id\"; }"
#define RULES "rules = ( " RULE " );"
#define NOTIFICATION "notification = { " RULES " };\n"
#define NAME "name = \"thing\";"
#define PATH "path = \"/things/{id}\";"
#define STATUS "status = \"/status\";"
#define WORDS "words = { active = \"on\"; };"
#define KIND "{ " NAME " " PATH " " STATUS " " WORDS " }"
#define WHOLE VERIFY NOTIFICATION "kinds = (\n" KIND "\n);\n"

static inline int configure(const char *text, struct arena *arena,
    const struct generic_options **out, struct config **config,
    struct err_text *err)
{
	const void *options = NULL;
	int rc = config_open_text(text, "conf", config, err);

	if (rc == 0)
		rc = generic_configure(
		    config_root(*config), arena, &options, err);
	*out = options;
	return rc;
}

#endif
