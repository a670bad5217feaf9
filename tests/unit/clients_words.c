/* The tables of words: what each provider's word is to us. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/core/settings.h"
#include "tests/contract/clients_example.h"

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

static const struct word_case stripe[] = {
    {"subscription", "incomplete", STATE_PENDING},
    {"subscription", "incomplete_expired", STATE_ENDED},
    {"subscription", "trialing", STATE_TRIALING},
    {"subscription", "active", STATE_ACTIVE},
    {"subscription", "past_due", STATE_PAST_DUE},
    {"subscription", "canceled", STATE_ENDED},
    {"subscription", "cancelled", STATE_UNKNOWN},
    {"subscription", "unpaid", STATE_PAUSED},
    {"subscription", "paused", STATE_PAUSED},
    {"subscription", "Active", STATE_UNKNOWN},
    {"invoice", "draft", STATE_PENDING},
    {"invoice", "open", STATE_PENDING},
    {"invoice", "paid", STATE_PAID},
    {"invoice", "uncollectible", STATE_FAILED},
    {"invoice", "void", STATE_FAILED},
    {"checkout_session", "open", STATE_PENDING},
    {"checkout_session", "complete", STATE_PAID},
    {"checkout_session", "expired", STATE_FAILED},
    {"checkout_session", "paid", STATE_UNKNOWN},
    {"charge", "pending", STATE_PENDING},
    {"charge", "succeeded", STATE_PAID},
    {"charge", "failed", STATE_FAILED},
    {"charge", "refunded", STATE_UNKNOWN},
    {"payment_intent", "requires_payment_method", STATE_PENDING},
    {"payment_intent", "requires_confirmation", STATE_PENDING},
    {"payment_intent", "requires_action", STATE_PENDING},
    {"payment_intent", "processing", STATE_PENDING},
    {"payment_intent", "requires_capture", STATE_PENDING},
    {"payment_intent", "canceled", STATE_FAILED},
    {"payment_intent", "succeeded", STATE_PAID},
    {"refund", "pending", STATE_PENDING},
    {"refund", "requires_action", STATE_PENDING},
    {"refund", "succeeded", STATE_REFUNDED},
    {"refund", "failed", STATE_FAILED},
    {"refund", "canceled", STATE_FAILED},
    {"customer", "exists", STATE_ACTIVE},
    {"customer", "deleted", STATE_ENDED},
};

static const struct word_case flexprice[] = {
    {"subscription", "active", STATE_ACTIVE},
    {"subscription", "trialing", STATE_TRIALING},
    {"subscription", "paused", STATE_PAUSED},
    {"subscription", "cancelled", STATE_ENDED},
    {"subscription", "canceled", STATE_UNKNOWN},
    {"subscription", "incomplete", STATE_PENDING},
    {"subscription", "draft", STATE_PENDING},
    {"subscription", "published", STATE_UNKNOWN},
    {"subscription", "past_due", STATE_UNKNOWN},
    {"subscription", "ACTIVE", STATE_UNKNOWN},
    {"invoice", "DRAFT", STATE_PENDING},
    {"invoice", "FINALIZED", STATE_UNKNOWN},
    {"invoice", "SKIPPED", STATE_UNKNOWN},
    {"invoice", "VOIDED", STATE_FAILED},
    {"invoice", "INITIATED", STATE_PENDING},
    {"invoice", "PENDING", STATE_PENDING},
    {"invoice", "PROCESSING", STATE_PENDING},
    {"invoice", "SUCCEEDED", STATE_PAID},
    {"invoice", "OVERPAID", STATE_PAID},
    {"invoice", "FAILED", STATE_FAILED},
    {"invoice", "REFUNDED", STATE_REFUNDED},
    {"invoice", "PARTIALLY_REFUNDED", STATE_PAID},
    {"payment", "INITIATED", STATE_PENDING},
    {"payment", "PENDING", STATE_PENDING},
    {"payment", "PROCESSING", STATE_PENDING},
    {"payment", "SUCCEEDED", STATE_PAID},
    {"payment", "OVERPAID", STATE_PAID},
    {"payment", "FAILED", STATE_FAILED},
    {"payment", "VOIDED", STATE_FAILED},
    {"payment", "REFUNDED", STATE_REFUNDED},
    {"payment", "PARTIALLY_REFUNDED", STATE_PAID},
    {"payment", "succeeded", STATE_UNKNOWN},
    {"wallet", "active", STATE_ACTIVE},
    {"wallet", "frozen", STATE_PAUSED},
    {"wallet", "closed", STATE_ENDED},
    {"customer", "published", STATE_ACTIVE},
    {"customer", "archived", STATE_ENDED},
    {"customer", "deleted", STATE_ENDED},
    {"external", "published", STATE_ACTIVE},
    {"external", "archived", STATE_ENDED},
    {"external", "deleted", STATE_ENDED},
    {"credit_note", "DRAFT", STATE_PENDING},
    {"credit_note", "FINALIZED", STATE_PAID},
    {"credit_note", "VOIDED", STATE_FAILED},
};

static const struct word_case ecosire[] = {
    {"order", "draft", STATE_PENDING},
    {"order", "confirmed", STATE_PAID},
    {"order", "in_progress", STATE_PAID},
    {"order", "delivered", STATE_PAID},
    {"order", "done", STATE_PAID},
    {"order", "cancelled", STATE_FAILED},
    {"order", "canceled", STATE_UNKNOWN},
    {"order", "refunded", STATE_REFUNDED},
    {"order", "paid", STATE_UNKNOWN},
    {"invoice", "paid", STATE_PAID},
    {"invoice", "open", STATE_UNKNOWN},
    {"license", "active", STATE_ACTIVE},
    {"license", "Active", STATE_UNKNOWN},
    {"license", "suspended", STATE_PAUSED},
    {"license", "revoked", STATE_ENDED},
    {"license", "expired", STATE_ENDED},
    {"subscription", "incomplete", STATE_PENDING},
    {"subscription", "incomplete_expired", STATE_ENDED},
    {"subscription", "trialing", STATE_TRIALING},
    {"subscription", "active", STATE_ACTIVE},
    {"subscription", "past_due", STATE_PAST_DUE},
    {"subscription", "canceled", STATE_ENDED},
    {"subscription", "cancelled", STATE_UNKNOWN},
    {"subscription", "unpaid", STATE_PAUSED},
    {"subscription", "paused", STATE_PAUSED},
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

static const struct word_case ecartpay[] = {
    {"billing", "active", STATE_ACTIVE},
    {"billing", "inactive", STATE_ENDED},
    {"billing", "unknown", STATE_UNKNOWN},
    {"order", "created", STATE_PENDING},
    {"order", "paid", STATE_PAID},
    {"order", "refunded", STATE_REFUNDED},
    {"order", "partially_refunded", STATE_PAID},
    {"order", "pending", STATE_UNKNOWN},
    {"order", "processing", STATE_UNKNOWN},
    {"order", "in_process", STATE_UNKNOWN},
    {"order", "in_review", STATE_UNKNOWN},
    {"order", "approved", STATE_UNKNOWN},
    {"order", "completed", STATE_UNKNOWN},
    {"order", "cancelled", STATE_UNKNOWN},
    {"order", "expired", STATE_UNKNOWN},
    {"order", "failed", STATE_UNKNOWN},
    {"order", "rejected", STATE_UNKNOWN},
    {"subscription", "active", STATE_ACTIVE},
    {"subscription", "pause", STATE_PAUSED},
    {"subscription", "paused", STATE_PAUSED},
    {"subscription", "cancelled", STATE_ENDED},
    {"subscription", "canceled", STATE_UNKNOWN},
    {"transaction", "paid", STATE_PAID},
    {"transaction", "refunded", STATE_UNKNOWN},
};

static const struct word_case mollie[] = {
    {"payment", "open", STATE_PENDING},
    {"payment", "pending", STATE_PENDING},
    {"payment", "authorized", STATE_PENDING},
    {"payment", "paid", STATE_PAID},
    {"payment", "canceled", STATE_FAILED},
    {"payment", "expired", STATE_FAILED},
    {"payment", "failed", STATE_FAILED},
    {"payment", "cancelled", STATE_UNKNOWN},
    {"payment", "refunded", STATE_UNKNOWN},
    {"payment", "Paid", STATE_UNKNOWN},
    {"subscription", "pending", STATE_PENDING},
    {"subscription", "active", STATE_ACTIVE},
    {"subscription", "suspended", STATE_PAUSED},
    {"subscription", "canceled", STATE_ENDED},
    {"subscription", "completed", STATE_ENDED},
    {"subscription", "cancelled", STATE_UNKNOWN},
    {"subscription", "paid", STATE_UNKNOWN},
};

/* As the shipped example maps Paddle's. */
static const struct word_case generic[] = {
    {"subscription", "trialing", STATE_TRIALING},
    {"subscription", "active", STATE_ACTIVE},
    {"subscription", "past_due", STATE_PAST_DUE},
    {"subscription", "paused", STATE_PAUSED},
    {"subscription", "canceled", STATE_ENDED},
    {"subscription", "cancelled", STATE_UNKNOWN},
    {"subscription", "inactive", STATE_UNKNOWN},
    {"subscription", "", STATE_UNKNOWN},
    {"transaction", "draft", STATE_PENDING},
    {"transaction", "ready", STATE_PENDING},
    {"transaction", "billed", STATE_PENDING},
    {"transaction", "paid", STATE_PAID},
    {"transaction", "completed", STATE_PAID},
    {"transaction", "canceled", STATE_FAILED},
    {"transaction", "past_due", STATE_FAILED},
    {"transaction", "draft|ready", STATE_UNKNOWN},
    {"transaction", "active", STATE_UNKNOWN},
};

#define ROW(type) \
	{ \
#type, type, COUNT(type) \
	}

static const struct {
	const char *type;
	const struct word_case *cases;
	size_t n;
} rows[] = {
    ROW(ecurring),
    ROW(flexprice),
    ROW(stripe),
    ROW(ecosire),
    ROW(ecom9),
    ROW(mollie),
    ROW(generic),
    ROW(ecartpay),
};

/* The kinds of a type, or those of the shipped example of it. */
static struct provider_settings provider_of(const char *type)
{
	const struct client *client = client_find(type);

	return (struct provider_settings){
	    .client = client, .options = example_options_of(client)};
}

static void test_words(void **state)
{
	(void)state;
	for (size_t r = 0; r < COUNT(rows); r++) {
		const struct provider_settings provider =
		    provider_of(rows[r].type);

		for (size_t i = 0; i < rows[r].n; i++) {
			const struct word_case *c = &rows[r].cases[i];
			const struct client_kind *kind =
			    client_kind_of(&provider, c->kind);

			if (state_of_word(kind->words, kind->n_words,
				c->word) != c->state)
				fail_msg(
				    "%s %s %s", rows[r].type, c->kind, c->word);
		}
	}
}

static bool has_case(const char *type, const char *kind, const char *word)
{
	for (size_t r = 0; r < COUNT(rows); r++) {
		for (size_t i = 0; i < rows[r].n; i++) {
			if (strcmp(rows[r].type, type) == 0 &&
			    strcmp(rows[r].cases[i].kind, kind) == 0 &&
			    strcmp(rows[r].cases[i].word, word) == 0)
				return true;
		}
	}
	return false;
}

static void check_kind(const char *type, const struct client_kind *kind)
{
	for (size_t w = 0; w < kind->n_words; w++) {
		if (!has_case(type, kind->name, kind->words[w].word))
			fail_msg("%s %s %s has no line here", type, kind->name,
			    kind->words[w].word);
	}
}

/* No word of any type is without its line above. */
static void test_all_are_here(void **state)
{
	const struct client *client;

	(void)state;
	for (size_t t = 0; (client = client_at(t)) != NULL; t++) {
		const struct provider_settings provider =
		    provider_of(client->type);
		size_t n;
		const struct client_kind *kinds = client_kinds(&provider, &n);

		for (size_t k = 0; k < n; k++)
			check_kind(client->type, &kinds[k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_all_are_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
