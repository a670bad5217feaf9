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
#include "tests/contract/clients_show.h"
#include "tests/contract/clients_sign.h"

enum { TRY_ARENA_MAX = 8 << 20, TRY_SHOWN_MAX = 8 << 20 };

/* The answer to one of the samples, and the object that it is about. */
struct try_sample {
	const char *type;
	const char *file;
	struct client_object object;
	const char *word;  /* a member of it that must not be there twice */
	const char *value; /* a value of it that is not looked into, or one */
};

static const struct try_sample try_samples[] = {
    {"ecurring", "tests/fixtures/ecurring/sample-subscription/reply.json",
	{.kind = "subscription", .id = "1"}, "\"status\": \"active\"", "{}"},
    {"ecurring", "tests/fixtures/ecurring/sample-transaction/reply.json",
	{.kind = "transaction",
	    .id = "ffa38848-6abc-4d22-b6b0-63fe1780969c",
	    .parent_kind = "subscription",
	    .parent_id = "534532113"},
	"\"status\": \"fulfilled\"", "50.6"},
    {"mollie", "tests/fixtures/mollie/payment-paid/reply.json",
	{.kind = "payment", .id = "tr_WDqYK6vllg"}, "\"status\": \"paid\"",
	"\"66\""},
    {"mollie",
	"tests/fixtures/mollie/trap-02-first-seen-of-subscription/reply.json",
	{.kind = "payment", .id = "tr_WDqYK6vllg"}, "\"status\": \"paid\"",
	"\"66\""},
    {"mollie", "tests/fixtures/mollie/subscription-canceled/reply.json",
	{.kind = "subscription",
	    .id = "sub_rVKGtNd6s3",
	    .parent_kind = "customer",
	    .parent_id = "cst_8wmqcHMN4U"},
	"\"status\": \"canceled\"", "{}"},
};

enum { TRY_SAMPLES = sizeof(try_samples) / sizeof(try_samples[0]) };

/* A sample's text without the newline at its end; to be freed. */
static inline char *try_load(const struct try_sample *sample)
{
	FILE *file = fopen(sample->file, "rb");
	char *text = calloc(1, 1 << 16);
	size_t len;

	assert_non_null(file);
	assert_non_null(text);
	len = fread(text, 1, (1 << 16) - 1, file);
	fclose(file);
	assert_true(len > 100 && text[len - 1] == '\n');
	text[len - 1] = '\0';
	return text;
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
	const struct provider_settings provider = {
	    .name = "shop", .account_from = "/attributes/metadata/tenant"};
	struct client_reply reply = {
	    .status = 200, .content_type = sign_media(sample->type)};
	char *copy = malloc(len + 1);

	assert_non_null(copy);
	memcpy(copy, body, len);
	copy[len] = '\0';
	reply.body = copy;
	reply.len = len;
	client_find(sample->type)
	    ->read(&provider, &sample->object, &reply, 1, 1, arena, reading);
	free(copy);
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
