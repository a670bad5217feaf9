/*
 * Give a client an answer and look at what it makes of it. Whatever the answer,
 * what comes out must be whole, and no capability of the samples be in it.
 */
#ifndef TRUEUP_TESTS_CONTRACT_CLIENTS_TRY_H
#define TRUEUP_TESTS_CONTRACT_CLIENTS_TRY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/settings.h"
#include "tests/contract/clients_example.h"
#include "tests/contract/clients_show.h"
#include "tests/contract/clients_sign.h"

#include "clients/ecom9.h"

enum { TRY_ARENA_MAX = 8 << 20, TRY_SHOWN_MAX = 8 << 20 };

/* The answer to one of the samples, and the object that it is about. */
struct try_sample {
	const char *type;
	const char *file;
	struct client_object object;
	const char *word;    /* a member of it that must not be there twice */
	const char *value;   /* a value of it that is not looked into, or one */
	size_t nodes;	     /* of it: itself and all that is in it */
	const char *before;  /* the answer that was read first, or NULL */
	const void *options; /* of the provider, or NULL */
	bool is_listed;	     /* an empty list is an answer: it is gone */
};

static const struct ecom9_options try_no_credits = {.auth = "bearer"};

static const struct try_sample try_samples[] = {
    {"ecurring", "tests/fixtures/ecurring/sample-subscription/reply.json",
	{.kind = "subscription", .id = "1"}, .word = "\"status\": \"active\"",
	.value = "{}", .nodes = 41},
    {"ecurring", "tests/fixtures/ecurring/sample-transaction/reply.json",
	{.kind = "transaction",
	    .id = "ffa38848-6abc-4d22-b6b0-63fe1780969c",
	    .parent_kind = "subscription",
	    .parent_id = "534532113"},
	.word = "\"status\": \"fulfilled\"", .value = "50.6", .nodes = 73},
    {"stripe", "tests/fixtures/stripe/sub-active/reply.json",
	{.kind = "subscription", .id = "sub_1Nabc"},
	.word = "\"status\": \"active\"", .value = "{}", .nodes = 57},
    {"stripe", "tests/fixtures/stripe/session-subscription/reply.json",
	{.kind = "checkout_session", .id = "cs_live_a1B2c3"},
	.word = "\"status\": \"complete\"", .value = "{}", .nodes = 24},
    {"stripe", "tests/fixtures/stripe/invoice-paid/reply.json",
	{.kind = "invoice", .id = "in_1Inv"}, .word = "\"status\": \"paid\"",
	.value = "{}", .nodes = 39},
    {"stripe", "tests/fixtures/stripe/charge-paid/reply.json",
	{.kind = "charge", .id = "ch_3Chg"},
	.word = "\"status\": \"succeeded\"", .value = "{}", .nodes = 22},
    {"flexprice", "tests/fixtures/flexprice/sub-active/reply2.json",
	{.kind = "subscription", .id = "subs_01JX0000000000000000000001"},
	.word = "\"is_enabled\": true", .value = "\"SSO\"", .nodes = 50,
	.before = "tests/fixtures/flexprice/sub-active/reply.json"},
    {"flexprice", "tests/fixtures/flexprice/invoice-paid/reply.json",
	{.kind = "invoice", .id = "inv_01JX0000000000000000000002"},
	.word = "\"payment_status\": \"SUCCEEDED\"", .value = "{}",
	.nodes = 28},
    {"flexprice", "tests/fixtures/flexprice/payment-refunded/reply2.json",
	{.kind = "payment", .id = "pay_01JX0000000000000000000005"},
	.word = "\"status\": \"published\"", .value = "{}", .nodes = 28,
	.before = "tests/fixtures/flexprice/payment-refunded/reply.json"},
    {"flexprice", "tests/fixtures/flexprice/wallet-active/reply.json",
	{.kind = "wallet", .id = "wallet_01JX0000000000000000000003"},
	.word = "\"wallet_status\": \"active\"", .value = "{}", .nodes = 16},
    {"flexprice", "tests/fixtures/flexprice/credit-note-finalized/reply.json",
	{.kind = "credit_note", .id = "cn_01JX0000000000000000000006"},
	.word = "\"credit_note_type\": \"REFUND\"", .value = "{}", .nodes = 17},
    {"ecosire", "tests/fixtures/ecosire/sample-subscription/reply.json",
	{.kind = "subscription", .id = "sub_1Nabc"},
	.word = "\"status\": \"active\"", .value = "false", .nodes = 19},
    {"ecosire", "tests/fixtures/ecosire/sample-order/reply.json",
	{.kind = "order", .id = "018f3c2a-7b1e-7c3d-9a4b-1c2d3e4f5a6b"},
	.word = "\"status\": \"confirmed\"", .value = "4900", .nodes = 19},
    {"ecom9", "tests/fixtures/ecom9/sample-account/reply.json",
	{.kind = "account", .id = "TWY4k2ZQPp19s8Hd"},
	.word = "\"is_active\": true", .value = "\"32.00\"", .nodes = 15,
	.options = &try_no_credits},
    {"ecom9", "tests/fixtures/ecom9/trap-04-one-of-two-active/reply.json",
	{.kind = "account", .id = "TWY4k2ZQPp19s8Hd"},
	.word = "\"is_active\": false", .value = "\"basic\"", .nodes = 18,
	.options = &try_no_credits},
    {"ecom9", "tests/fixtures/ecom9/sample-account/reply2.json",
	{.kind = "account", .id = "TWY4k2ZQPp19s8Hd"},
	.word = "\"credits\": 150.0", .value = "150.0", .nodes = 3,
	.before = "tests/fixtures/ecom9/sample-account/reply.json"},
    {"ecom9", "tests/fixtures/ecom9/sample-transaction/reply.json",
	{.kind = "transaction",
	    .id = "123e4567-e89b-12d3-a456-426614174000",
	    .parent_kind = "account",
	    .parent_id = "ACC123456789"},
	.word = "\"status\": \"completed\"", .value = "\"usd\"", .nodes = 14},
    {"mollie", "tests/fixtures/mollie/payment-paid/reply.json",
	{.kind = "payment", .id = "tr_WDqYK6vllg"},
	.word = "\"status\": \"paid\"", .value = "\"66\"", .nodes = 32},
    {"mollie",
	"tests/fixtures/mollie/trap-02-first-seen-of-subscription/reply.json",
	{.kind = "payment", .id = "tr_WDqYK6vllg"},
	.word = "\"status\": \"paid\"", .value = "\"66\"", .nodes = 34},
    {"mollie", "tests/fixtures/mollie/subscription-canceled/reply.json",
	{.kind = "subscription",
	    .id = "sub_rVKGtNd6s3",
	    .parent_kind = "customer",
	    .parent_id = "cst_8wmqcHMN4U"},
	.word = "\"status\": \"canceled\"", .value = "{}", .nodes = 23},
    {"generic", "tests/fixtures/generic/paddle-active/reply.json",
	{.kind = "subscription", .id = "sub_01hv8y5ehszzq0yv20ttx3166y"},
	.word = "\"status\": \"active\"", .value = "false", .nodes = 41},
    {"generic", "tests/fixtures/generic/paddle-refunded/reply.json",
	{.kind = "transaction", .id = "txn_01hv8wptq8987qeep44cyrewp9"},
	.word = "\"status\": \"completed\"", .value = "null", .nodes = 47},
    {"ecartpay", "tests/fixtures/ecartpay/sample-order/reply.json",
	{.kind = "order", .id = "65b0565f7f9f32242108746a"},
	.word = "\"status\": \"created\"", .value = "false", .nodes = 37},
    {"ecartpay", "tests/fixtures/ecartpay/sample-subscription/reply.json",
	{.kind = "subscription", .id = "65c0565f7f9f32242108746b"},
	.word = "\"status\": \"active\"", .value = "0", .nodes = 18},
    {"ecartpay", "tests/fixtures/ecartpay/trap-12-object/reply.json",
	{.kind = "billing", .id = "67a3be71c388eff4563a0aa8"},
	.word = "\"active\": true", .value = "\"2\"", .nodes = 27,
	.is_listed = true},
    {"ecartpay", "tests/fixtures/ecartpay/sample-transaction/reply.json",
	{.kind = "transaction", .id = "65d0565f7f9f32242108746c"},
	.word = "\"status\": \"paid\"", .value = "null", .nodes = 15},
};

enum { TRY_SAMPLES = sizeof(try_samples) / sizeof(try_samples[0]) };

/* A fixture without the newline at its end; to be freed. */
static inline char *try_load_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = calloc(1, 1 << 16);
	size_t len;

	assert_non_null(file);
	assert_non_null(text);
	len = fread(text, 1, (1 << 16) - 1, file);
	fclose(file);
	assert_true(len > 50 && text[len - 1] == '\n');
	text[len - 1] = '\0';
	return text;
}

static inline char *try_load(const struct try_sample *sample)
{
	return try_load_file(sample->file);
}

static inline void try_check(
    const struct client_reading *reading, const char *body)
{
	struct buf shown;

	buf_init(&shown, TRY_SHOWN_MAX);
	show_reading(&shown, reading);
	if (strstr(buf_text(&shown), "mandate/accept") != NULL ||
	    strstr(buf_text(&shown), "SECRET-") != NULL ||
	    strstr(buf_text(&shown), "@example") != NULL)
		fail_msg("what nobody may see comes out of: %s", body);
	if (reading->verdict == VERDICT_TRUTH) {
		assert_non_null(reading->observation.status);
		assert_null(reading->cause);
	} else {
		if (reading->verdict == VERDICT_MORE)
			assert_non_null(reading->next.path);
		else
			assert_non_null(reading->cause);
		assert_true(
		    reading->cause == NULL || strlen(reading->cause) < 500);
		assert_int_equal(reading->n_also, 0);
		assert_int_equal(reading->observation.n_grants, 0);
		assert_int_equal(reading->observation.n_listed, 0);
	}
	buf_fini(&shown);
}

/*
 * The verdict on len bytes as a 200 with JSON's type. They are copied into a
 * block of exactly their size, so that a sanitizer sees a read behind them.
 * The reading itself is in *reading when it is not NULL: it lives as long as
 * *arena, which the caller inits and finis.
 */
static inline enum verdict try_reply(const struct try_sample *sample,
    const char *body, size_t len, struct arena *arena,
    struct client_reading *reading)
{
	const struct client *client = client_find(sample->type);
	const struct provider_settings provider = {.name = "shop",
	    .account_from = "/attributes/metadata/tenant",
	    .options = sample->options != NULL ? sample->options
					       : example_options_of(client)};
	const char *media = sign_media(sample->type);
	struct client_reply replies[2] = {
	    {.status = 200, .content_type = media}};
	char *before =
	    sample->before != NULL ? try_load_file(sample->before) : NULL;
	size_t n = before != NULL ? 2 : 1;
	char *copy = malloc(len + 1);

	assert_non_null(copy);
	memcpy(copy, body, len);
	copy[len] = '\0';
	replies[0].body = before;
	replies[0].len = before != NULL ? strlen(before) : 0;
	replies[n - 1] = (struct client_reply){
	    .status = 200, .content_type = media, .body = copy, .len = len};
	client->read(&provider, &sample->object, replies, n, 1, arena, reading);
	free(copy);
	free(before);
	try_check(reading, len < 10000 ? body : "a long text");
	return reading->verdict;
}

/* The same when only the verdict matters. */
static inline enum verdict try_text(
    const struct try_sample *sample, const char *body, size_t len)
{
	struct client_reading reading;
	struct arena arena;
	enum verdict verdict;

	arena_init(&arena, TRY_ARENA_MAX);
	verdict = try_reply(sample, body, len, &arena, &reading);
	arena_fini(&arena);
	return verdict;
}

#endif
