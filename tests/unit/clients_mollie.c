/* What fixtures cannot tell of the Mollie client: ids, questions, settings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "clients/mollie.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define TOO_LONG "tr_" A64 "a"

static const struct client *mollie(void)
{
	return client_find("mollie");
}

static void test_words(void **state)
{
	static const struct {
		const char *kind;
		const char *word;
		enum state state;
	} words[] = {
	    {"subscription", "pending", STATE_PENDING},
	    {"subscription", "active", STATE_ACTIVE},
	    {"subscription", "suspended", STATE_PAUSED},
	    {"subscription", "canceled", STATE_ENDED},
	    {"subscription", "completed", STATE_ENDED},
	    {"subscription", "cancelled", STATE_UNKNOWN},
	    {"subscription", "paid", STATE_UNKNOWN},
	    {"payment", "open", STATE_PENDING},
	    {"payment", "pending", STATE_PENDING},
	    {"payment", "authorized", STATE_PENDING},
	    {"payment", "paid", STATE_PAID},
	    {"payment", "canceled", STATE_FAILED},
	    {"payment", "expired", STATE_FAILED},
	    {"payment", "failed", STATE_FAILED},
	    {"payment", "refunded", STATE_UNKNOWN},
	    {"payment", "Paid", STATE_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		const struct client_kind *kind =
		    client_kind_find(mollie(), words[i].kind);

		if (state_of_word(kind->words, kind->n_words, words[i].word) !=
		    words[i].state)
			fail_msg("%s %s", words[i].kind, words[i].word);
	}
}

static void test_ids(void **state)
{
	static const char *const bad[] = {"", "tr_", "tr", "tr-1", "TR_1",
	    "tr_a b", "tr_a/b", "tr_..", "tr_a%20", "tr_\xc3\xa9", " tr_1",
	    "tr_1\n", "xtr_1", "sub_1"};
	static const char too_long[] = TOO_LONG;

	(void)state;
	assert_true(mollie_is_payment("tr_d0b0E3EA3v"));
	assert_true(mollie_is_payment("tr_5B8cwPMGnU6qLbRvo7qEZo"));
	assert_true(mollie_is_payment("tr_" A64));
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (mollie_is_payment(bad[i]))
			fail_msg("taken: %s", bad[i]);
	}
	assert_false(mollie_is_payment(too_long));
	assert_true(mollie_is_subscription("sub_rVKGtNd6s3"));
	assert_false(mollie_is_subscription("tr_rVKGtNd6s3"));
	assert_true(mollie_is_customer("cst_stTC2WHAuS"));
	assert_false(mollie_is_customer("sub_stTC2WHAuS"));
	assert_true(mollie_is_id("event_GvJ8WHrp5isUdRub9CJyH"));
	assert_false(mollie_is_id("event"));
	assert_false(mollie_is_id("_x"));
	assert_false(mollie_is_id("Event_x"));
	assert_false(mollie_is_id("averylongprefix_x"));
}

/* ---- questions ----------------------------------------------------------- */

static const char *asked(struct arena *arena, const char *key,
    const struct mollie_options *options, const struct client_object *object)
{
	const struct provider_settings provider = {
	    .api_key = key, .options = options};
	struct client_request request;

	assert_int_equal(
	    mollie()->ask(&provider, object, arena, &request, NULL), 0);
	if (key == NULL) {
		assert_int_equal(request.n_headers, 1);
	} else {
		assert_int_equal(request.n_headers, 2);
		assert_string_equal(request.headers[1].name, "Authorization");
		assert_int_equal(
		    strncmp(request.headers[1].value, "Bearer ", 7), 0);
		assert_string_equal(request.headers[1].value + 7, key);
	}
	return request.path;
}

static const struct client_object payment = {.kind = "payment", .id = "tr_1"};

static void test_testmode(void **state)
{
	static const struct mollie_options on = {.testmode = true};
	static const struct mollie_options off = {.testmode = false};
	struct arena arena;

	(void)state;
	arena_init(&arena, 1 << 12);
	assert_string_equal(asked(&arena, "access_x", &on, &payment),
	    "/v2/payments/tr_1"
	    "?testmode=true");
	assert_string_equal(
	    asked(&arena, "access_x", &off, &payment), "/v2/payments/tr_1");
	assert_string_equal(
	    asked(&arena, "access_x", NULL, &payment), "/v2/payments/tr_1");
	assert_string_equal(
	    asked(&arena, "test_x", &on, &payment), "/v2/payments/tr_1");
	assert_string_equal(
	    asked(&arena, NULL, &on, &payment), "/v2/payments/tr_1");
	arena_fini(&arena);
}

/* What is asked further is a test question too. */
static void test_testmode_with_query(void **state)
{
	static const struct mollie_options on = {.testmode = true};
	const struct provider_settings provider = {
	    .api_key = "access_x", .options = &on};
	struct client_request request;
	struct arena arena;

	(void)state;
	arena_init(&arena, 1 << 12);
	assert_int_equal(
	    mollie_request(&provider, &arena, "/v2/x?a=b", "x", &request), 0);
	assert_string_equal(request.path, "/v2/x?a=b&testmode=true");
	assert_int_equal(
	    mollie_request(&provider, &arena, NULL, "x", &request), ERR_FULL);
	arena_fini(&arena);
}

static void test_refused(void **state)
{
	static const struct client_object bad[] = {
	    {.kind = "customer", .id = "cst_1"},
	    {.kind = "payment", .id = "tr_../x"},
	    {.kind = "subscription", .id = "sub_1"},
	    {.kind = "subscription", .id = "sub_1", .parent_kind = "customer"},
	    {.kind = "subscription",
		.id = "sub_1",
		.parent_kind = "payment",
		.parent_id = "cst_1"},
	    {.kind = "subscription",
		.id = "sub_1",
		.parent_kind = "customer",
		.parent_id = "cst_1/x"},
	    {.kind = "subscription",
		.id = "tr_1",
		.parent_kind = "customer",
		.parent_id = "cst_1"},
	};
	const struct provider_settings provider = {.api_key = "live_x"};
	struct client_request request;
	struct err_text err;
	struct arena arena;

	(void)state;
	arena_init(&arena, 1 << 12);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(
		    mollie()->ask(&provider, &bad[i], &arena, &request, &err),
		    ERR_BAD);
	arena_fini(&arena);
	for (size_t max = 0; max < 24; max += 8) {
		arena_init(&arena, max);
		assert_int_equal(
		    mollie()->ask(&provider, &payment, &arena, &request, &err),
		    ERR_FULL);
		arena_fini(&arena);
	}
}

/* ---- intervals ----------------------------------------------------------- */

static void test_intervals(void **state)
{
	static const struct {
		const char *interval;
		const char *from;
		const char *to;
	} good[] = {
	    {"1 month", "2017-10-12T05:00:00Z", "2017-11-12T05:00:00Z"},
	    {"3 months", "2017-11-30T05:00:00Z", "2018-02-28T05:00:00Z"},
	    {"1 month", "2020-01-31T23:59:59Z", "2020-02-29T23:59:59Z"},
	    {"12 months", "2020-02-29T00:00:00Z", "2021-02-28T00:00:00Z"},
	    {"1 months", "2017-12-31T00:00:00Z", "2018-01-31T00:00:00Z"},
	    {"14 days", "2017-02-20T00:00:00Z", "2017-03-06T00:00:00Z"},
	    {"1 day", "2016-02-28T12:00:00Z", "2016-02-29T12:00:00Z"},
	    {"2 weeks", "2017-10-20T12:00:00Z", "2017-11-03T12:00:00Z"},
	    {"1 week", "2017-12-31T12:00:00Z", "2018-01-07T12:00:00Z"},
	};
	static const char *const bad[] = {"", "month", "1", "1 ", "1month",
	    "0 months", "-1 months", "1.5 months", "1 years", "1  month",
	    "1 month ", "12345 days", "1 Month", " 1 month", "9999 months x"};
	char text[CLOCK_TEXT_MAX];
	int64_t from_ms, to_ms;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_int_equal(clock_parse(good[i].from, &from_ms), 0);
		assert_int_equal(
		    mollie_interval_end(good[i].interval, from_ms, &to_ms), 0);
		assert_string_equal(clock_format(to_ms, text), good[i].to);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(
		    mollie_interval_end(bad[i], from_ms, &to_ms), ERR_BAD);
	assert_int_equal(clock_parse("9999-06-01T00:00:00Z", &from_ms), 0);
	assert_int_equal(
	    mollie_interval_end("9 months", from_ms, &to_ms), ERR_BAD);
}

/* ---- settings ------------------------------------------------------------ */

static int configured(const char *text, struct arena *arena,
    struct mollie_options *out, struct err_text *err)
{
	struct config *config = NULL;
	const void *options = NULL;
	int rc = config_open_text(text, "test", &config, err);

	if (rc == 0)
		rc = mollie()->configure(
		    config_root(config), arena, &options, err);
	if (rc == 0)
		*out = *(const struct mollie_options *)options;
	config_close(config);
	return rc;
}

static void test_options(void **state)
{
	struct mollie_options options;
	const void *none = NULL;
	struct err_text err;
	struct arena arena;

	(void)state;
	arena_init(&arena, 1 << 12);
	assert_int_equal(mollie()->configure(NULL, &arena, &none, &err), 0);
	options = *(const struct mollie_options *)none;
	assert_null(options.product_from);
	assert_false(options.testmode);
	assert_false(options.paid_through);
	assert_int_equal(configured("testmode = true; paid_through = true;",
			     &arena, &options, &err),
	    0);
	assert_true(options.testmode);
	assert_true(options.paid_through);
	assert_int_equal(
	    configured("product_from = \"metadata\";", &arena, &options, &err),
	    ERR_BAD);
	assert_non_null(strstr(err.text, "JSON Pointer"));
	assert_int_equal(
	    configured("paid_through = 1;", &arena, &options, &err), ERR_BAD);
	assert_int_equal(
	    configured("nonsense = true;", &arena, &options, &err), ERR_BAD);
	arena_fini(&arena);
	arena_init(&arena, 0);
	assert_int_equal(
	    mollie()->configure(NULL, &arena, &none, &err), ERR_FULL);
	arena_fini(&arena);
}

/* ---- notifications ------------------------------------------------------- */

static int identified(const struct provider_settings *provider,
    const char *type, const char *body, size_t arena_max,
    struct client_notices *out)
{
	const struct client_hook hook = {
	    .content_type = type, .body = body, .len = strlen(body)};
	struct err_text err = {""};
	struct arena arena;
	int rc;

	arena_init(&arena, arena_max);
	rc = mollie()->identify(provider, &hook, &arena, out, &err);
	assert_true(rc == 0 || err.text[0] != '\0');
	assert_true(rc == 0 || out->n == 0);
	arena_fini(&arena);
	return rc;
}

#define FORM "application/x-www-form-urlencoded"
#define EVENT \
	"{\"resource\":\"event\",\"id\":\"event_1\",\"entityId\":\"tr_1\"}"

static void test_hooks(void **state)
{
	const struct provider_settings open = {.name = "mollie"};
	struct client_notices out;

	(void)state;
	assert_int_equal(identified(&open, FORM, "id=tr_1", 4096, &out), 0);
	assert_int_equal(out.n, 1);
	assert_int_equal(
	    identified(&open, NULL, "id=tr_1", 4096, &out), ERR_BAD);
	assert_int_equal(
	    identified(&open, "text/plain", "id=tr_1", 4096, &out), ERR_BAD);
	assert_int_equal(identified(&open, FORM, "", 4096, &out), ERR_BAD);
	assert_int_equal(identified(&open, FORM, "&&id=tr_1&", 4096, &out), 0);
	assert_int_equal(out.n, 1);
	assert_int_equal(
	    identified(&open, "application/json", EVENT, 4096, &out), 0);
	assert_int_equal(out.n, 1);
	/* without room it is our trouble, not the sender's */
	assert_int_equal(identified(&open, FORM, "id=tr_1", 0, &out), ERR_FULL);
	for (size_t max = 0; max < 24; max += 8)
		assert_int_equal(
		    identified(&open, "application/json", EVENT, max, &out),
		    ERR_FULL);
}

/* A secret that is configured but not at hand makes nothing genuine. */
static void test_no_downgrade(void **state)
{
	const struct provider_settings unread = {
	    .name = "mollie", .hook_secret_file = "/etc/trueup/mollie.secret"};
	const struct provider_settings read = {
	    .name = "mollie", .hook_secrets = {"secret"}, .n_hook_secrets = 1};
	struct client_notices out;

	(void)state;
	assert_int_equal(
	    identified(&unread, FORM, "id=tr_1", 4096, &out), ERR_DENIED);
	assert_int_equal(
	    identified(&read, FORM, "id=tr_1", 4096, &out), ERR_DENIED);
	assert_int_equal(
	    identified(&read, "application/json", EVENT, 4096, &out),
	    ERR_DENIED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_ids),
	    cmocka_unit_test(test_testmode),
	    cmocka_unit_test(test_testmode_with_query),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_intervals),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_hooks),
	    cmocka_unit_test(test_no_downgrade),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
