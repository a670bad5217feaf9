/* How many of each product, as a table: grants at a moment, and the sums. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"
#include "reconciler/core/entitle.h"
#include "reconciler/io/quantities.h"

#define FORTY_NINES "9999999999999999999999999999999999999999"

enum { NOW = 1000, GRANTS_MAX = 5, TEXT_MAX = 1000, MANY = 10000 };

struct part {
	const char *provider; /* NULL: there are no more */
	const char *product;
	const char *quantity;
	enum state state;
	int64_t since_ms;
	int64_t until_ms;
};

struct row {
	struct part parts[GRANTS_MAX];
	const char *sums;
};

static const struct row rows[] = {
    {.sums = ""},
    {{{"a", "p", NULL, STATE_ACTIVE, 0, 0}}, ""},
    {{{"a", "p", "5", STATE_ACTIVE, 0, 0}}, "a p 5"},
    {{{"a", "p", "0", STATE_ACTIVE, 0, 0}}, "a p 0"},
    {{{"a", "p", "5", STATE_ACTIVE, 0, 0},
	 {"a", "p", "8", STATE_TRIALING, 0, 0}},
	"a p 13"},
    /* In whatever order they come; sorted, without a product first. */
    {{{"b", "p", "1", STATE_ACTIVE, 0, 0}, {"a", "q", "2", STATE_ACTIVE, 0, 0},
	 {"a", "p", "3", STATE_ACTIVE, 0, 0},
	 {"a", NULL, "4", STATE_ACTIVE, 0, 0},
	 {"b", "p", "5", STATE_ACTIVE, 0, 0}},
	"a - 4 | a p 3 | a q 2 | b p 6"},
    {{{"a", "p", NULL, STATE_ACTIVE, 0, 0}, {"a", "p", "5", STATE_ACTIVE, 0, 0},
	 {"a", "q", NULL, STATE_ACTIVE, 0, 0},
	 {"b", "p", NULL, STATE_ACTIVE, 0, 0}},
	"a p 5 in part"},
    /* Neither adds to it nor makes it a part of the whole. */
    {{{"a", "p", "5", STATE_ACTIVE, 0, 0}, {"a", "p", "8", STATE_ENDED, 0, 0},
	 {"a", "p", NULL, STATE_PAUSED, 0, 0},
	 {"a", "p", "8", STATE_UNKNOWN, 0, 0},
	 {"a", "p", "8", STATE_PAID, 0, 0}},
	"a p 5"},
    {{{"a", "p", "8", STATE_UNKNOWN, 0, 0}}, ""},
    {{{"a", "p", "8", STATE_ENDED, 0, 0}}, ""},
    /* A span holds its start and not its end. */
    {{{"a", "p", "1", STATE_ACTIVE, NOW, 0},
	 {"a", "p", "10", STATE_ACTIVE, NOW + 1, 0},
	 {"a", "p", "100", STATE_ACTIVE, 0, NOW},
	 {"a", "p", "1000", STATE_ACTIVE, 0, NOW + 1}},
	"a p 1001"},
    {{{"a", "p", "1.5", STATE_ACTIVE, 0, 0},
	 {"a", "p", "0.50", STATE_ACTIVE, 0, 0}},
	"a p 2.00"},
    {{{"a", "p", FORTY_NINES, STATE_ACTIVE, 0, 0},
	 {"a", "p", "1", STATE_ACTIVE, 0, 0}},
	"a p 10000000000000000000000000000000000000000"},
};

static size_t hold(const struct row *row, struct held_grant *out)
{
	size_t n = 0;

	for (; n < GRANTS_MAX && row->parts[n].provider != NULL; n++) {
		const struct part *part = &row->parts[n];

		out[n] = (struct held_grant){
		    .object = {part->provider, "subscription", "s"},
		    .grant = {.product = part->product,
			.quantity = part->quantity,
			.status = "x",
			.state = part->state,
			.since_ms = part->since_ms,
			.until_ms = part->until_ms}};
	}
	return n;
}

static const char *tell(struct arena *arena, const struct held_grant *grants,
    size_t n, char out[TEXT_MAX])
{
	const struct quantity *sums;
	struct err_text err;
	size_t n_sums, len = 0;

	*out = '\0';
	if (quantities_sum(grants, n, NOW, arena, &sums, &n_sums, &err) != 0)
		return err.text[0] != '\0' ? "failed" : "failed in silence";
	for (size_t i = 0; i < n_sums; i++)
		len += (size_t)snprintf(out + len, TEXT_MAX - len,
		    "%s%s %s %s%s", i > 0 ? " | " : "", sums[i].provider,
		    sums[i].product != NULL ? sums[i].product : "-",
		    sums[i].sum, sums[i].partial ? " in part" : "");
	return out;
}

static void test_sums(void **state)
{
	struct held_grant grants[GRANTS_MAX];
	char text[TEXT_MAX];
	struct arena arena;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = hold(&rows[i], grants);
		const char *got;

		arena_init(&arena, 65536);
		got = tell(&arena, grants, n, text);
		if (strcmp(got, rows[i].sums) != 0)
			fail_msg("row %zu: \"%s\", not \"%s\"", i, got,
			    rows[i].sums);
		arena_fini(&arena);
	}
}

/* Money that went back takes them along, for as long as it does. */
static void test_revoked_ones_add_nothing(void **state)
{
	static const struct held_effect effect = {.kind = EFFECT_REFUND,
	    .source = {"a", "payment", "t"},
	    .at_ms = NOW};
	struct policy policy;
	struct held_grant grants[2];
	char text[TEXT_MAX];
	struct arena arena;

	(void)state;
	policy_default(&policy);
	assert_int_equal(hold(&rows[4], grants), 2);
	grants[0].policy = grants[1].policy = &policy;
	grants[1].effects = &effect;
	grants[1].n_effects = 1;
	arena_init(&arena, 65536);
	assert_string_equal(tell(&arena, grants, 2, text), "a p 5");
	policy.revokes[EFFECT_REFUND] = false;
	assert_string_equal(tell(&arena, grants, 2, text), "a p 13");
	arena_fini(&arena);
}

static void test_trouble_is_told(void **state)
{
	struct held_grant grants[2];
	char text[TEXT_MAX];
	struct arena arena;

	(void)state;
	assert_int_equal(hold(&rows[4], grants), 2);
	arena_init(&arena, 65536);
	grants[1].grant.quantity = "8 seats";
	assert_string_equal(tell(&arena, grants, 2, text), "failed");
	/* Of what does not count, nothing is looked at. */
	grants[1].grant.state = STATE_ENDED;
	assert_string_equal(tell(&arena, grants, 2, text), "a p 5");
	arena_fini(&arena);
	arena_init(&arena, 16);
	assert_string_equal(tell(&arena, grants, 2, text), "failed");
	arena_fini(&arena);
}

static void test_very_many(void **state)
{
	static struct held_grant grants[MANY];
	static char products[10][2];
	const struct quantity *sums;
	struct err_text err;
	struct arena arena;
	size_t n;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		products[i % 10][0] = (char)('a' + i % 10);
		grants[i] = (struct held_grant){.object = {"a", "s", "s"},
		    .grant = {.product = products[i % 10],
			.quantity = "3",
			.status = "x",
			.state = STATE_ACTIVE}};
	}
	arena_init(&arena, 16 * 1024 * 1024);
	assert_int_equal(
	    quantities_sum(grants, MANY, NOW, &arena, &sums, &n, &err), 0);
	assert_int_equal(n, 10);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(sums[i].sum, "3000");
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sums),
	    cmocka_unit_test(test_revoked_ones_add_nothing),
	    cmocka_unit_test(test_trouble_is_told),
	    cmocka_unit_test(test_very_many),
	};

	return cmocka_run_group_tests_name("io_quantities", tests, NULL, NULL);
}
