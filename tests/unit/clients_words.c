/* The tables of words: what each provider's word is to us. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "clients/client.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct word_case {
	const char *kind;
	const char *word;
	enum state state;
};

static const struct word_case ecurring[] = {
    {"subscription", "active", STATE_ACTIVE},
    {"subscription", "unverified", STATE_PENDING},
    {"subscription", "paused", STATE_PAUSED},
    {"subscription", "suspended", STATE_PAUSED},
    {"subscription", "resumed", STATE_ACTIVE},
    {"subscription", "cancelled", STATE_ENDED},
    {"subscription", "canceled", STATE_UNKNOWN},
    {"subscription", "Active", STATE_UNKNOWN},
    {"subscription", "fulfilled", STATE_UNKNOWN},
    {"transaction", "queued", STATE_PENDING},
    {"transaction", "scheduled", STATE_PENDING},
    {"transaction", "succeeded", STATE_PENDING},
    {"transaction", "rescheduled", STATE_PENDING},
    {"transaction", "payment_reminder_scheduled", STATE_PENDING},
    {"transaction", "payment_reminder_sent", STATE_PENDING},
    {"transaction", "fulfilled", STATE_PAID},
    {"transaction", "charged_back", STATE_REVERSED},
    {"transaction", "payment_failed", STATE_FAILED},
    {"transaction", "failed", STATE_FAILED},
    {"transaction", "payment_reminder_overdue", STATE_FAILED},
    {"transaction", "cancelled", STATE_FAILED},
    {"transaction", "refunded", STATE_REFUNDED},
    {"transaction", "active", STATE_UNKNOWN},
};

static const struct word_case ecom9[] = {
    {"account", "active", STATE_ACTIVE},
    {"account", "inactive", STATE_ENDED},
    {"account", "unknown", STATE_UNKNOWN},
    {"account", "paused", STATE_UNKNOWN},
    {"transaction", "pending", STATE_PENDING},
    {"transaction", "completed", STATE_PAID},
    {"transaction", "failed", STATE_FAILED},
    {"transaction", "cancelled", STATE_FAILED},
    {"transaction", "canceled", STATE_UNKNOWN},
    {"transaction", "refunded", STATE_UNKNOWN},
    {"transaction", "Completed", STATE_UNKNOWN},
};

static void check(const char *type, const struct word_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct client_kind *kind =
		    client_kind_find(client_find(type), cases[i].kind);

		if (state_of_word(kind->words, kind->n_words, cases[i].word) !=
		    cases[i].state)
			fail_msg("%s %s", cases[i].kind, cases[i].word);
	}
}

static void test_ecurring(void **state)
{
	(void)state;
	check("ecurring", ecurring, COUNT(ecurring));
}

static void test_ecom9(void **state)
{
	(void)state;
	check("ecom9", ecom9, COUNT(ecom9));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ecurring),
	    cmocka_unit_test(test_ecom9),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
