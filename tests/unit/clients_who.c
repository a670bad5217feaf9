/* What a name of an account or of a customer lets each type ask for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "clients/client.h"
#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define CUST "cust_01JX0000000000000000000004"

static const struct {
	const char *type;
	bool customer; /* else the name is an account's */
	const char *name;
	const char *account_from;
	const char *kind; /* NULL: it cannot be asked for */
} cases[] = {
    {"ecom9", false, "usr 1/\xc3\xa9", NULL, "account"},
    {"ecom9", false, "usr_1", "/tenant", NULL},
    {"ecom9", false, "..", NULL, NULL},
    {"ecom9", true, "usr_1", "/tenant", "account"},
    {"ecom9", true, ".", NULL, NULL},
    {"stripe", false, "cus_1", NULL, NULL},
    {"stripe", true, "cus_1", NULL, "customer"},
    {"stripe", true, "sub_1", NULL, NULL},
    {"stripe", true, "cus_1/x", NULL, NULL},
    {"flexprice", false, "usr 1/\xc3\xa9", NULL, "external"},
    {"flexprice", false, "usr_1", "/metadata/tenant", NULL},
    {"flexprice", false, ".", NULL, NULL},
    {"flexprice", true, CUST, "/metadata/tenant", "customer"},
    {"flexprice", true, "usr_1", NULL, NULL},
    {"ecurring", false, "7", NULL, NULL},
    {"ecurring", true, "7", NULL, NULL},
};

static void find(const struct client *client, size_t i, struct arena *arena,
    struct client_notices *out)
{
	struct provider_settings provider = {
	    .client = client, .account_from = cases[i].account_from};

	memset(out, 0, sizeof(*out));
	if (cases[i].customer && client->by_customer != NULL)
		client->by_customer(&provider, cases[i].name, arena, out);
	else if (!cases[i].customer && client->by_account != NULL)
		client->by_account(&provider, cases[i].name, arena, out);
}

/* What is named can be asked for. */
static void check_asked(const struct client *client,
    const struct client_notice *notice, struct arena *arena)
{
	struct provider_settings provider = {.client = client};
	struct client_object object = {.kind = notice->kind, .id = notice->id};
	struct client_request request;
	struct err_text err;

	assert_non_null(client_kind_find(client, notice->kind));
	assert_int_equal(
	    client->ask(&provider, &object, arena, &request, &err), 0);
}

static void test_names(void **state)
{
	struct client_notices found;
	struct arena arena;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct client *client = client_find(cases[i].type);

		assert_non_null(client);
		arena_init(&arena, 4096);
		find(client, i, &arena, &found);
		if (found.n != (cases[i].kind != NULL ? 1 : 0))
			fail_msg("%s: %s", cases[i].type, cases[i].name);
		if (found.n == 1) {
			assert_string_equal(found.items[0].kind, cases[i].kind);
			assert_string_equal(found.items[0].id, cases[i].name);
			check_asked(client, &found.items[0], &arena);
		}
		arena_fini(&arena);
	}
}

/* Where nothing fits nothing is named. */
static void test_a_full_arena(void **state)
{
	struct client_notices found;
	struct arena arena;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		arena_init(&arena, 0);
		find(client_find(cases[i].type), i, &arena, &found);
		assert_int_equal(found.n, 0);
		arena_fini(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_a_full_arena),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
