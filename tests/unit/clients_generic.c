/*
 * The options of the type generic: what is accepted, and that every mistake is
 * refused with its line and key, in words that say what would be right.
 */
#include "tests/unit/generic_thing.h"

/* WHOLE with one part of it replaced. */
struct change {
	int line;
	const char *what;
	const char *by;
	const char *error; /* NULL: it is accepted */
};

#define GRANT "status = \"/status\"; customer = \"/c\"; "

static const struct change changes[] = {
    {__LINE__, VERIFY, "", "conf:1: verify: required"},
    {__LINE__, NOTIFICATION, "", "conf:1: notification: required"},
    {__LINE__, "kinds = (\n" KIND "\n);\n", "",
	"conf:1: kinds: one at least is required"},
    {__LINE__, KIND, "", "conf:3: kinds: one at least is required"},
    {__LINE__, KIND, "7",
	"conf:3: kinds: a list of groups ( { }, { } ) is allowed, element 1 is "
	"none"},
    {__LINE__, VERIFY, VERIFY "verfy = 1;\n",
	"conf:2: verfy: unknown key, allowed verify auth headers notification "
	"kinds"},
    /* verify */
    {__LINE__, "\"none\"", "\"jwt\"",
	"conf:1: scheme: not one of the words, allowed "
	"none|static|hmac|pairs|standard|stripe, got \"jwt\""},
    {__LINE__, "\"none\";", "\"none\"; header = \"X-A\";",
	"conf:1: header: it has no meaning with the scheme \"none\""},
    {__LINE__, "\"none\";", "\"static\";",
	"conf:1: header: required with the scheme \"static\""},
    {__LINE__, "\"none\";", "\"hmac\";",
	"conf:1: header: required with the scheme \"hmac\""},
    {__LINE__, "\"none\";", "\"hmac\"; header = \"X A\";",
	"conf:1: header: the name of a header is allowed, got \"X A\""},
    {__LINE__, "\"none\";", "\"hmac\"; header = \"\";",
	"conf:1: header: the name of a header is allowed, got \"\""},
    {__LINE__, "\"none\";", "\"hmac\"; header = \"X\"; algorithm = \"md5\";",
	"conf:1: algorithm: not one of the words, allowed sha256, got"},
    {__LINE__, "\"none\";", "\"hmac\"; header = \"X\"; encoding = \"base32\";",
	"conf:1: encoding: not one of the words, allowed hex|base64, got"},
    {__LINE__, "\"none\";", "\"hmac\"; header = \"X\"; signed = \"x\";",
	"conf:1: signed: a text such as \"{timestamp}.{body}\" is allowed, got "
	"\"x\": {body} has to be in it once"},
    {__LINE__, "\"none\";",
	"\"hmac\"; header = \"X\"; signed = \"{body}{body}\";",
	"{body} has to be in it once"},
    {__LINE__, "\"none\";",
	"\"hmac\"; header = \"X\"; signed = \"{timestamp}.{body}\";",
	"{timestamp} needs to be told where it is"},
    {__LINE__, "\"none\";",
	"\"hmac\"; header = \"X\"; timestamp_header = \"T\";",
	"{timestamp} has to be in it once"},
    {__LINE__, "\"none\";",
	"\"hmac\"; header = \"X\"; signed = \"{id}{body}\";",
	"{id} needs id_header"},
    {__LINE__, "\"none\";", "\"hmac\"; header = \"X\"; id_header = \"I\";",
	"{id} has to be in it once"},
    {__LINE__, "\"none\";",
	"\"hmac\"; header = \"X\"; signed = \"{url}{body}\";",
	"only {timestamp}, {id} and {body} are filled in"},
    {__LINE__, "\"none\";", "\"hmac\"; header = \"X\"; separator = \";\";",
	"conf:1: separator: it has no meaning with the scheme \"hmac\""},
    {__LINE__, "\"none\";", "\"pairs\"; header = \"X\";",
	"conf:1: signature: required with the scheme \"pairs\""},
    {__LINE__, "\"none\";",
	"\"pairs\"; header = \"X\"; signature = \"s\"; separator = \"=\";",
	"conf:1: separator: one of , ; & | or a blank is allowed, got \"=\""},
    {__LINE__, "\"none\";",
	"\"pairs\"; header = \"X\"; signature = \"s\"; timestamp = \"t\";",
	"{timestamp} has to be in it once"},
    {__LINE__, "\"none\";",
	"\"pairs\"; header = \"X\"; signature = \"s\"; tolerance = \"0s\";",
	"conf:1: tolerance: out of range"},
    {__LINE__, "\"none\";", "\"stripe\"; prefix = \"x\";",
	"conf:1: prefix: it has no meaning with the scheme \"stripe\""},
    {__LINE__, "\"none\";", "\"stripe\";", NULL},
    {__LINE__, "\"none\";", "\"standard\";", NULL},
    /* requests */
    {__LINE__, VERIFY, VERIFY "auth = { header = \"a:b\"; };\n",
	"conf:2: header: the name of a header is allowed, got \"a:b\""},
    {__LINE__, VERIFY, VERIFY "auth = { key = \"secret\"; };\n",
	"conf:2: key: unknown key, allowed header prefix"},
    {__LINE__, VERIFY,
	VERIFY "headers = ( { name = \"authorization\"; value = \"x\"; } );\n",
	"conf:2: name: authorization is the header of the key"},
    {__LINE__, VERIFY, VERIFY "headers = ( { name = \"X\"; } );\n",
	"conf:2: value: required, not there"},
    {__LINE__, VERIFY,
	VERIFY "headers = ( { name = \"X\"; value = \"a\\r\\nB: c\"; } );\n",
	"conf:2: value: a control character in it"},
    {__LINE__, VERIFY, VERIFY "headers = ({},{},{},{},{},{},{});\n",
	"conf:2: headers: at most 6 are allowed, got 7"},
    /* notification */
    {__LINE__, RULES, "", "conf:2: rules: one at least is required"},
    {__LINE__, RULES, RULES " body = \"xml\";",
	"conf:2: body: not one of the words, allowed json|form, got \"xml\""},
    {__LINE__, RULES, RULES " each = \"events\";",
	"conf:2: each: a JSON Pointer such as \"/data/id\" is allowed, got "
	"\"events\""},
    {__LINE__, RULE, "{ kind = \"other\"; id = \"/id\"; }",
	"conf:2: kind: the name of one of the kinds is allowed, got \"other\""},
    {__LINE__, RULE, "{ kind = \"thing\"; id = \"id\"; }",
	"conf:2: id: a JSON Pointer such as"},
    {__LINE__, RULE, "{ kind = \"thing\"; id = \"/a~2\"; }",
	"conf:2: id: a JSON Pointer such as"},
    {__LINE__, RULE, "{ kind = \"thing\"; }", "conf:2: id: required"},
    {__LINE__, RULE, "{ kind = \"thing\"; id = \"/i\"; parent = \"/p\"; }",
	"conf:2: parent: a thing has no parent"},
    {__LINE__, RULE,
	"{ kind = \"thing\"; id = \"/i\"; when = ( { pointer = \"/p\"; } ); }",
	"conf:2: one of the keys is and not is allowed, got none"},
    {__LINE__, RULE,
	"{ kind = \"thing\"; id = \"/i\"; when = ( { pointer = \"/p\"; "
	"is = \"a\"; not = \"b\"; } ); }",
	"conf:2: one of the keys is and not is allowed, got both"},
    {__LINE__, RULE, "{ kind = \"thing\"; id = \"/i\"; when = \"/type\"; }",
	"conf:2: when"},
    /* kinds */
    {__LINE__, NAME, "", "conf:4: name: required, not there"},
    {__LINE__, NAME, "name = \"Thing\";",
	"conf:4: name: 1 to 24 of a-z 0-9 _ - are allowed, got \"Thing\""},
    {__LINE__, KIND, KIND ",\n" KIND,
	"conf:5: name: each kind once is allowed, got \"thing\" again"},
    {__LINE__, PATH, "path = \"things/{id}\";",
	"conf:4: path: a path such as \"/things/{id}\" is allowed, got "
	"\"things/{id}\": it has to begin with /"},
    {__LINE__, PATH, "path = \"/things\";", "{id} is not in it"},
    {__LINE__, PATH, "path = \"/{parent}/{id}\";",
	"{parent} needs the group parent"},
    {__LINE__, PATH, "path = \"/{id}\"; parent = { kind = \"customer\"; };",
	"{parent} is not in it"},
    {__LINE__, PATH, "path = \"/{kind}/{id}\";",
	"only {id} and {parent} are filled in"},
    {__LINE__, PATH, "path = \"/a b/{id}\";", "a character that no path has"},
    {__LINE__, PATH, "path = \"/{id}#x\";", "a character that no path has"},
    {__LINE__, PATH, "path = \"/../{id}\";", "an empty segment, or a dot"},
    {__LINE__, PATH, "path = \"//evil.example/{id}\";",
	"an empty segment, or a dot"},
    {__LINE__, PATH, PATH " id_form = \"any\";",
	"conf:4: id_form: not one of the words, allowed "
	"uuid|digits|hex|alnum|token"},
    {__LINE__, PATH, PATH " id_prefix = \"../\";",
	"conf:4: id_prefix: at most 32 of A-Z a-z 0-9 _ - are allowed, got"},
    {__LINE__, PATH, PATH " id_min = 0;", "conf:4: id_min: out of range"},
    {__LINE__, PATH, PATH " id_max = 129;", "conf:4: id_max: out of range"},
    {__LINE__, PATH, PATH " id_min = 9; id_max = 8;",
	"conf:4: id_min: at most id_max is allowed, got 9"},
    {__LINE__, PATH, PATH " id_form = \"uuid\"; id_max = 36;",
	"a uuid has its own length"},
    {__LINE__, PATH, PATH " time = \"unix\";",
	"conf:4: time: not one of the words, allowed "
	"rfc3339|date|epoch_s|epoch_ms"},
    {__LINE__, STATUS, "", "conf:4: status: required"},
    {__LINE__, STATUS, STATUS " statsu = \"/x\";",
	"conf:4: statsu: unknown key, allowed name path id_form"},
    {__LINE__, STATUS, STATUS " object = \"data\";",
	"conf:4: object: a JSON Pointer"},
    {__LINE__, WORDS, "", "conf:4: words: required"},
    {__LINE__, WORDS, "words = { };", "conf:4: words: one at least"},
    {__LINE__, WORDS, "words = { on = \"active\"; };",
	"conf:4: on: a state is allowed"},
    {__LINE__, WORDS, "words = { unknown = \"x\"; };",
	"conf:4: unknown: a state is allowed"},
    {__LINE__, WORDS, "words = { active = \"a|b\"; ended = \"b\"; };",
	"conf:4: ended: each word once is allowed, got \"b\" again"},
    {__LINE__, WORDS, "words = { active = \"a||b\"; };",
	"conf:4: active: words of 1 to 64 bytes"},
    {__LINE__, WORDS, "words = { active = \"\"; };",
	"conf:4: active: words of 1 to 64 bytes"},
    {__LINE__, WORDS, "words = { active = \"on hold|past-due|\xc3\xa9\"; };",
	NULL},
    {__LINE__, WORDS, WORDS " facts = { a = \"b\"; };",
	"conf:4: a: a JSON Pointer"},
    {__LINE__, WORDS, WORDS " facts = { a = 7; };", "conf:4: a: wrong type"},
    {__LINE__, WORDS, WORDS " changed_at = { begun = \"/b\"; };",
	"conf:4: begun: a state (such as active, paused or ended) or other"},
    {__LINE__, WORDS,
	WORDS " rechecks = { a=\"/a\";b=\"/a\";c=\"/a\";d=\"/a\";e=\"/a\";"
	      "f=\"/a\";g=\"/a\"; };",
	"conf:4: g: at most 6 are allowed"},
    {__LINE__, WORDS, WORDS " grant = { };",
	"conf:4: grant: it needs customer or account beside it"},
    {__LINE__, STATUS, GRANT "grant = { };", NULL},
    {__LINE__, STATUS, GRANT "grant = { products = \"/p\"; };",
	"conf:4: products: unknown key, allowed each product label quantity "
	"since "
	"until when until_when"},
    {__LINE__, STATUS, GRANT "grant = { product = \"p\"; };",
	"conf:4: product: a JSON Pointer"},
    {__LINE__, STATUS,
	GRANT "grant = { until_when = ({ pointer = \"/a\"; is = \"b\"; }); };",
	"conf:4: until_when: it needs the key until beside it"},
    {__LINE__, WORDS, WORDS " history = { list = \"/l\"; at = \"/a\"; };",
	"conf:4: status: required"},
    {__LINE__, WORDS,
	WORDS " effects = ( { effect = \"payout\"; kind = \"thing\"; "
	      "id = \"/i\"; } );",
	"conf:4: effect: not one of the words, allowed "
	"refund|partial_refund|chargeback, got \"payout\""},
    {__LINE__, WORDS,
	WORDS " effects = ( { effect = \"refund\"; kind = \"order\"; "
	      "id = \"/i\"; } );",
	"conf:4: kind: the name of one of the kinds is allowed"},
    {__LINE__, WORDS, WORDS " also = ( { kind = \"thing\"; } );",
	"conf:4: id: required"},
    {__LINE__, WORDS, WORDS " also = ( { kind = \"x\"; id = \"/i\"; } );",
	"conf:4: kind: the name of one of the kinds is allowed"},
    {__LINE__, PATH,
	"path = \"/c/{parent}/{id}\"; parent = { kind = \"customer\"; };",
	"conf:2: parent: required, a thing cannot be asked for without its "
	"customer"},
    {__LINE__, PATH, "path = \"/c/{parent}/{id}\"; parent = { kind = \"A\"; };",
	"conf:4: kind: 1 to 24 of a-z"},
    {__LINE__, PATH, PATH, NULL},
};

static void check_change(const struct change *c)
{
	const char *at = strstr(WHOLE, c->what);
	const struct generic_options *options;
	struct config *config = NULL;
	struct err_text err = {""};
	char text[TEXT_MAX];
	struct arena arena;
	int rc;

	assert_non_null(at);
	snprintf(text, sizeof(text), "%.*s%s%s",
	    (int)(at - (const char *)WHOLE), WHOLE, c->by,
	    at + strlen(c->what));
	arena_init(&arena, ARENA_MAX);
	rc = configure(text, &arena, &options, &config, &err);
	if (c->error == NULL && rc != 0)
		fail_msg("line %d: %s", c->line, err.text);
	if (c->error != NULL &&
	    (rc != ERR_BAD || strstr(err.text, c->error) == NULL))
		fail_msg("line %d: %d %s", c->line, rc, err.text);
	if (c->error != NULL && strncmp(err.text, "conf:", 5) != 0)
		fail_msg("line %d: no place: %s", c->line, err.text);
	arena_fini(&arena);
	config_close(config);
}

static void test_options(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++)
		check_change(&changes[i]);
}

/* Nothing is known of such a provider without them. */
static void test_no_options(void **state)
{
	const void *options = NULL;
	struct err_text err = {""};
	struct arena arena;
	size_t n = 7;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	assert_int_equal(
	    generic_configure(NULL, &arena, &options, &err), ERR_BAD);
	assert_null(options);
	assert_non_null(strstr(err.text, "required"));
	assert_null(generic_client.kinds_of(NULL, &n));
	assert_int_equal(n, 0);
	assert_int_equal(client_signs(&generic_client, NULL), CLIENT_UNSIGNED);
	arena_fini(&arena);
}

static void test_signing(void **state)
{
	static const struct {
		const char *scheme;
		enum client_signing signing;
	} cases[] = {{"none\"", CLIENT_UNSIGNED},
	    {"static\"; header = \"X\"", CLIENT_SIGNED},
	    {"hmac\"; header = \"X\"", CLIENT_SIGNED},
	    {"pairs\"; header = \"X\"; signature = \"s\"", CLIENT_SIGNED},
	    {"standard\"", CLIENT_SIGNED}, {"stripe\"", CLIENT_SIGNED}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct generic_options *options;
		struct config *config = NULL;
		struct err_text err = {""};
		char text[TEXT_MAX];
		struct arena arena;

		snprintf(text, sizeof(text), "verify = { scheme = \"%s; };\n%s",
		    cases[i].scheme, NOTIFICATION "kinds = (\n" KIND "\n);\n");
		arena_init(&arena, ARENA_MAX);
		assert_int_equal(
		    configure(text, &arena, &options, &config, &err), 0);
		assert_int_equal(
		    client_signs(&generic_client, options), cases[i].signing);
		arena_fini(&arena);
		config_close(config);
	}
}

/* At every size of the arena: no room, or all of it. */
static void test_full_arena(void **state)
{
	struct config *config = NULL;
	struct err_text err = {""};
	int before = ERR_FULL;

	(void)state;
	assert_int_equal(config_open_text(WHOLE, "conf", &config, &err), 0);
	for (size_t max = 0; before != 0; max += 8) {
		const void *options = NULL;
		struct arena arena;
		int rc;

		assert_true(max < ARENA_MAX);
		arena_init(&arena, max);
		rc = generic_configure(
		    config_root(config), &arena, &options, &err);
		assert_true(rc == ERR_FULL || rc == 0);
		assert_true((rc == 0) == (options != NULL));
		before = rc;
		arena_fini(&arena);
	}
	config_close(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_no_options),
	    cmocka_unit_test(test_signing),
	    cmocka_unit_test(test_full_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
