/*
 * Any bytes as an answer of a provider of the type generic, whose configuration
 * reads all that there is to be read. The first two bytes are the
 * arena's size, so that running out of room is tried everywhere.
 */
#include "reconciler/base/config.h"
#include "tests/fuzz/promises.h"

#include "clients/types.h"

#include "clients/generic.h"

static const char text[] =
    "verify = { scheme = \"none\"; };\n"
    "notification = { rules = ( { kind = \"a\"; id = \"/id\"; } ); };\n"
    "kinds = (\n"
    "{ name = \"a\"; path = \"/a/{id}\"; id = \"/id\"; status = \"/s\";"
    " object = \"/d\"; customer = \"/c\"; account = \"/m/t\";"
    " version = \"/v\"; words = { active = \"on|true\"; paid = \"p\"; };"
    " facts = { n = \"/n\"; m = \"/m/0\"; };"
    " rechecks = { r = \"/r\"; q = \"/q\"; };"
    " changed_at = { active = \"/at\"; other = \"/v\"; };"
    " test_when = ( { pointer = \"/l\"; is = \"false\"; } );"
    " grant = { each = \"/g\"; when = ( { pointer = \"/x\"; not = \"n*\"; } );"
    " product = \"/p\"; label = \"/l\"; quantity = \"/q\";"
    " since = \"/f\"; until = \"/u\";"
    " until_when = ( { pointer = \"/l\"; is = \"true\"; } ); };"
    " effects = ( { effect = \"refund\"; each = \"/e\"; kind = \"b\";"
    " id = \"/b\"; parent = \"/c\"; at = \"/at\"; until = \"/u\"; } );"
    " also = ( { kind = \"b\"; id = \"/b\"; parent = \"/c\"; } ); },\n"
    "{ name = \"b\"; path = \"/c/{parent}/b/{id}\"; time = \"epoch_s\";"
    " parent = { kind = \"c\"; }; status = \"/s\"; words = { ended = \"x\"; };"
    " history = { list = \"/h\"; status = \"/s\"; at = \"/t\";"
    " attempt = \"/a\"; reason = \"/w\"; reason_code = \"/k\"; }; } );\n";

static const void *options(void)
{
	static const void *made;
	static struct config *config;
	static struct arena arena;
	struct err_text err = {""};

	if (made != NULL)
		return made;
	arena_init(&arena, 1 << 16);
	must(config_open_text(text, "fuzz", &config, &err) == 0);
	must(generic_configure(config_root(config), &arena, &made, &err) == 0);
	return made;
}

static void check_grants(const struct observation *obs)
{
	must(obs->n_grants <= OBSERVATION_GRANTS_MAX);
	for (size_t i = 0; i < obs->n_grants; i++) {
		const struct grant *grant = &obs->grants[i];

		must(grant->since_ms != 0);
		must(name_id_is_valid(grant->product));
		must(grant->quantity == NULL ||
		     decimal_is_unsigned(grant->quantity));
		must(obs->customer != NULL || obs->account != NULL);
	}
	must(obs->n_effects <= 1);
	for (size_t i = 0; i < obs->n_effects; i++) {
		must(obs->effects[i].kind == EFFECT_REFUND);
		must(obs->effects[i].target.parent_id != NULL);
	}
}

static void check_observation(const struct observation *obs)
{
	must(obs->status[0] != '\0');
	must(strlen(obs->status) <= OBSERVATION_WORD_MAX);
	must(obs->n_facts <= OBSERVATION_FACTS_MAX);
	must(obs->n_boundaries <= OBSERVATION_BOUNDARIES_MAX);
	must(obs->n_listed <= OBSERVATION_LISTED_MAX);
	must(obs->customer == NULL || name_id_is_valid(obs->customer));
	must(obs->account == NULL || name_account_is_valid(obs->account));
	for (size_t i = 0; i < obs->n_facts; i++)
		must(obs->facts[i].value != NULL);
	for (size_t i = 0; i < obs->n_listed; i++) {
		must(obs->listed[i].status[0] != '\0');
		must(obs->listed[i].at_ms > 0);
		must(
		    i == 0 || obs->listed[i - 1].at_ms <= obs->listed[i].at_ms);
		must(obs->listed[i].reason == NULL ||
		     strlen(obs->listed[i].reason) <= OBSERVATION_REASON_MAX);
	}
	check_grants(obs);
}

static void read_one(const struct client_object *object, const char *body,
    size_t len, size_t arena_max)
{
	const struct provider_settings provider = {.name = "shop",
	    .client = &generic_client,
	    .mode = MODE_LIVE,
	    .account_from = "/m/a",
	    .options = options()};
	const struct client_reply reply = {200, "application/json", body, len};
	struct client_reading reading;
	struct arena arena;

	arena_init(&arena, arena_max);
	generic_read(&provider, object, &reply, 1, INT64_C(1510000000000),
	    &arena, &reading);
	must(reading.verdict == VERDICT_TRUTH ||
	     reading.verdict == VERDICT_GARBLED);
	must((reading.verdict == VERDICT_GARBLED) == (reading.cause != NULL));
	if (reading.verdict == VERDICT_TRUTH)
		check_observation(&reading.observation);
	for (size_t i = 0; i < reading.n_also; i++)
		must(client_id_is_valid(
		    client_kind_of(&provider, reading.also[i].kind),
		    reading.also[i].id));
	arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct client_object a = {.kind = "a", .id = "1"};
	static const struct client_object b = {
	    .kind = "b", .id = "1", .parent_kind = "c", .parent_id = "1"};
	size_t len, arena_max;
	char *body = promises_body(data, size, &len, &arena_max);

	if (body == NULL)
		return 0;
	read_one(&a, body, len, arena_max);
	read_one(&b, body, len, arena_max);
	free(body);
	return 0;
}
