/* The type generic at work: ids, times beside a signature, questions. */
#include <inttypes.h>

#include "tests/unit/generic_thing.h"

/* ---- ids ------------------------------------------------------------------
 */

static const struct {
	struct generic_form form;
	const char *id;
	bool fits;
} ids[] = {
    {{"token", "", 1, 128}, "a_B-9", true},
    {{"token", "", 1, 128}, "", false},
    {{"token", "", 1, 128}, ".", false},
    {{"token", "", 1, 128}, "..", false},
    {{"token", "", 1, 128}, "a.b", false},
    {{"token", "", 1, 128}, "../customers/1", false},
    {{"token", "", 1, 128}, "%2e%2e", false},
    {{"token", "", 1, 128}, "a\xc3\xa9", false},
    {{"token", "", 1, 128}, "a\n", false},
    {{"alnum", "", 1, 128}, "a_b", false},
    {{"alnum", "", 1, 3}, "abc", true},
    {{"alnum", "", 1, 3}, "abcd", false},
    {{"alnum", "", 3, 3}, "ab", false},
    {{"digits", "", 1, 20}, "0123", true},
    {{"digits", "", 1, 20}, "-1", false},
    {{"digits", "", 1, 20}, "1a", false},
    {{"hex", "", 24, 24}, "65b0565f7f9f32242108746a", true},
    {{"hex", "", 24, 24}, "65b0565f7f9f32242108746g", false},
    {{"alnum", "sub_", 1, 9}, "sub_1", true},
    {{"alnum", "sub_", 1, 9}, "sub_", false},
    {{"alnum", "sub_", 1, 9}, "txn_1", false},
    {{"alnum", "sub_", 1, 9}, "sub", false},
    {{"alnum", "sub_", 1, 9}, "Sub_1", false},
    {{"uuid", "", 1, 128}, "ffa38848-6abc-4d22-b6b0-63fe1780969c", true},
    {{"uuid", "", 1, 128}, "FFA38848-6abc-4d22-b6b0-63fe1780969c", false},
    {{"uuid", "", 1, 128}, "ffa38848-6abc-4d22-b6b0-63fe1780969", false},
    {{"uuid", "p_", 1, 128}, "p_ffa38848-6abc-4d22-b6b0-63fe1780969c", true},
};

static void test_ids(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		if (generic_form_fits(&ids[i].form, ids[i].id) != ids[i].fits)
			fail_msg("%s: %s", ids[i].form.form, ids[i].id);
	}
}

/* Every byte alone, in every form: what fits stays as it is in a path. */
static void test_each_byte(void **state)
{
	static const char *const forms[] = {
	    "uuid", "digits", "hex", "alnum", "token"};

	(void)state;
	for (size_t f = 0; f < COUNT(forms); f++) {
		const struct generic_form form = {forms[f], "", 1, 128};

		for (int c = 1; c < 256; c++) {
			const char id[2] = {(char)c, '\0'};

			if (generic_form_fits(&form, id))
				assert_non_null(strchr("0123456789_-"
						       "abcdefghijklm"
						       "nopqrstuvwxyz"
						       "ABCDEFGHIJKLM"
						       "NOPQRSTUVWXYZ",
				    c));
		}
	}
}

/* ---- a time and an id beside the signature --------------------------------
 */

#define SIGNED_TEXT "{id}.{timestamp}.{body}"
#define TIMED \
	"verify = { scheme = \"hmac\"; header = \"X-Mac\"; signed = " \
	"\"" SIGNED_TEXT "\"; timestamp_header = \"X-Time\"; " \
	"id_header = \"X-Id\"; timestamp_unit = \"ms\"; " \
	"tolerance = \"1m\"; };\n" NOTIFICATION "kinds = (\n" KIND "\n);\n"

static const int64_t now_ms = INT64_C(1700000000000);

struct sent {
	const char *id;
	const char *stamp;
	char mac[SIGNATURE_HEX_MAX];
};

static const char *sent_header(void *cookie, const char *name)
{
	const struct sent *sent = cookie;

	if (strcmp(name, "X-Time") == 0)
		return sent->stamp;
	return strcmp(name, "X-Id") == 0 ? sent->id : sent->mac;
}

/* What identify says to a call that is signed with this id and time. */
static int call(
    const struct generic_options *options, const char *id, const char *stamp)
{
	static const char body[] = "{\"id\":\"1\"}";
	struct sent sent = {.id = id, .stamp = stamp};
	const struct provider_settings provider = {.options = options,
	    .hook_secrets = {"the old one", "the secret"},
	    .n_hook_secrets = 2};
	const struct client_hook hook = {.body = body,
	    .len = sizeof(body) - 1,
	    .header = sent_header,
	    .cookie = &sent,
	    .now_ms = now_ms};
	struct client_notices notices;
	struct err_text err = {""};
	struct arena arena;
	char text[512];
	int rc;

	snprintf(text, sizeof(text), "%s.%s.%s", id != NULL ? id : "",
	    stamp != NULL ? stamp : "", body);
	assert_int_equal(
	    signature_hmac_hex("the secret",
		&(struct signature_part){text, strlen(text)}, 1, sent.mac),
	    0);
	arena_init(&arena, ARENA_MAX);
	rc = generic_identify(&provider, &hook, &arena, &notices, &err);
	arena_fini(&arena);
	return rc;
}

static void test_times(void **state)
{
	static const struct {
		const char *id;
		const char *stamp;
		int rc;
	} calls[] = {{"d-1", "1700000000000", 0}, {"d-1", "1699999940000", 0},
	    {"d-1", "1699999939999", ERR_DENIED}, {"d-1", "1700000060000", 0},
	    {"d-1", "1700000060001", ERR_DENIED},
	    {"d-1", "1700000000", ERR_DENIED}, {"d-1", "", ERR_DENIED},
	    {"d-1", NULL, ERR_DENIED}, {"d-1", "now", ERR_DENIED},
	    {"d-1", "-1", ERR_DENIED}, {"d-1", " 1700000000000", ERR_DENIED},
	    {"d-1", "9223372036854775807", ERR_DENIED},
	    {"d-1", "9999999999999999999", ERR_DENIED},
	    {NULL, "1700000000000", ERR_DENIED},
	    {"", "1700000000000", ERR_DENIED},
	    {"d.1", "1700000000000", ERR_DENIED}};
	const struct generic_options *options;
	struct config *config = NULL;
	struct err_text err = {""};
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	assert_int_equal(configure(TIMED, &arena, &options, &config, &err), 0);
	for (size_t i = 0; i < COUNT(calls); i++) {
		if (call(options, calls[i].id, calls[i].stamp) != calls[i].rc)
			fail_msg("%s %s", calls[i].id, calls[i].stamp);
	}
	arena_fini(&arena);
	config_close(config);
}

/* ---- questions ------------------------------------------------------------
 */

#define BELOW \
	VERIFY "notification = { rules = ( { kind = \"thing\"; id = " \
	       "\"/id\"; parent = \"/p\"; } ); };\nkinds = ( { " NAME STATUS \
		   WORDS \
	       " path = \"/c/{parent}/t?id={id}&x={id}\"; parent = { kind = " \
	       "\"customer\"; id_form = \"digits\"; }; } );\n"

static void test_parents(void **state)
{
	static const struct {
		struct client_object object;
		const char *path; /* NULL: ERR_BAD */
	} cases[] = {
	    {{.kind = "thing",
		 .id = "t",
		 .parent_kind = "customer",
		 .parent_id = "7"},
		"/c/7/t?id=t&x=t"},
	    {{.kind = "thing", .id = "t", .parent_kind = "customer"}, NULL},
	    {{.kind = "thing", .id = "t"}, NULL},
	    {{.kind = "thing",
		 .id = "t",
		 .parent_kind = "order",
		 .parent_id = "7"},
		NULL},
	    {{.kind = "thing",
		 .id = "t",
		 .parent_kind = "customer",
		 .parent_id = "../7"},
		NULL},
	    {{.kind = "thing",
		 .id = "..",
		 .parent_kind = "customer",
		 .parent_id = "7"},
		NULL},
	    {{.kind = "customer", .id = "7"}, NULL},
	};
	const struct generic_options *options;
	struct config *config = NULL;
	struct err_text err = {""};
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	assert_int_equal(configure(BELOW, &arena, &options, &config, &err), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct provider_settings provider = {.options = options};
		struct client_request request;
		int rc = generic_client.ask(
		    &provider, &cases[i].object, &arena, &request, &err);

		if (cases[i].path == NULL)
			assert_int_equal(rc, ERR_BAD);
		else
			assert_string_equal(request.path, cases[i].path);
	}
	arena_fini(&arena);
	config_close(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ids),
	    cmocka_unit_test(test_each_byte),
	    cmocka_unit_test(test_times),
	    cmocka_unit_test(test_parents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
