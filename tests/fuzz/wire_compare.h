/*
 * Our JSON beside that of jansson: the same answers, made of arbitrary bytes,
 * told by reconciler/io/wire.h and built as trees here. The bytes must be the
 * same, and what the one refuses the other has to refuse. For a fuzz target and
 * for a test with random bytes.
 */
#ifndef TRUEUP_TESTS_FUZZ_WIRE_COMPARE_H
#define TRUEUP_TESTS_FUZZ_WIRE_COMPARE_H

#include "cache/store.h"
#include "reconciler/base/clock.h"
#include "reconciler/io/balance.h"
#include "reconciler/io/quantities.h"
#include "reconciler/io/query.h"
#include "reconciler/io/verify.h"
#include "reconciler/io/wire.h"
#include "tests/fuzz/wire_source.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* ---- as jansson has it -------------------------------------------------- */

struct wire_tree {
	json_t *object;
	bool failed;
};

static inline void wire_set(
    struct wire_tree *tree, const char *key, json_t *value)
{
	if (json_object_set_new(tree->object, key, value) != 0)
		tree->failed = true;
}

static inline void wire_set_text(
    struct wire_tree *tree, const char *key, const char *text)
{
	wire_set(tree, key, text == NULL ? json_null() : json_string(text));
}

static inline void wire_set_time(
    struct wire_tree *tree, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	wire_set(tree, key,
	    ms == 0 ? json_null() : json_string(clock_format(ms, text)));
}

static inline void wire_set_entitled(
    struct wire_tree *tree, const char *key, enum entitled entitled)
{
	wire_set(tree, key,
	    entitled == ENTITLED_UNKNOWN
		? json_null()
		: json_boolean(entitled == ENTITLED_YES));
}

static inline char *wire_dump(struct wire_tree *tree)
{
	char *text =
	    tree->failed ? NULL : json_dumps(tree->object, JSON_COMPACT);

	json_decref(tree->object);
	return text;
}

static inline struct wire_tree wire_tree_of_grant(
    const struct settings *settings, const struct object_ref *ref,
    const struct grant *grant)
{
	const struct provider_settings *p =
	    settings_provider(settings, ref->provider);
	struct wire_tree tree = {json_object(), false};

	wire_set_text(&tree, "provider", ref->provider);
	wire_set_text(&tree, "type", p == NULL ? NULL : p->type);
	wire_set_text(&tree, "kind", ref->kind);
	wire_set_text(&tree, "id", ref->id);
	wire_set_text(&tree, "product", grant->product);
	wire_set_text(&tree, "label", grant->label);
	if (grant->quantity != NULL)
		wire_set_text(&tree, "quantity", grant->quantity);
	wire_set_text(&tree, "state", state_name(grant->state));
	return tree;
}

static inline void wire_set_end(
    struct wire_tree *tree, const struct grant *grant)
{
	wire_set_time(tree, "since", grant->since_ms);
	wire_set_time(tree, "until", grant->until_ms);
	wire_set_text(tree, "status", grant->status);
}

static inline json_t *wire_tree_of_grants(const struct settings *settings,
    const struct account_answer *answer, bool *failed)
{
	json_t *array = json_array();

	for (size_t i = 0; i < answer->n_grants; i++) {
		const struct held_grant *held = &answer->grants[i];
		struct wire_tree tree =
		    wire_tree_of_grant(settings, &held->object, &held->grant);

		wire_set_entitled(
		    &tree, "entitled", entitle_grant(held, answer->as_of_ms));
		wire_set_end(&tree, &held->grant);
		wire_set_time(&tree, "verified_at", held->verified_at_ms);
		*failed |= tree.failed;
		json_array_append_new(array, tree.object);
	}
	return array;
}

static inline json_t *wire_tree_of_credits(
    const struct account_answer *answer, bool *failed)
{
	json_t *array = json_array();

	for (size_t i = 0; i < answer->n_credits; i++) {
		const struct balance *balance = &answer->credits[i];
		struct wire_tree tree = {json_object(), false};

		wire_set_text(&tree, "provider", balance->provider);
		wire_set_text(&tree, "product", balance->product);
		wire_set_text(&tree, "amount", balance->amount);
		wire_set_text(&tree, "unit", balance->unit);
		*failed |= tree.failed;
		json_array_append_new(array, tree.object);
	}
	return array;
}

static inline json_t *wire_tree_of_quantities(
    const struct account_answer *answer, bool *failed)
{
	json_t *array = json_array();

	for (size_t i = 0; i < answer->n_quantities; i++) {
		const struct quantity *quantity = &answer->quantities[i];
		struct wire_tree tree = {json_object(), false};

		wire_set_text(&tree, "provider", quantity->provider);
		wire_set_text(&tree, "product", quantity->product);
		wire_set_text(&tree, "quantity", quantity->sum);
		if (quantity->partial)
			wire_set(&tree, "partial", json_true());
		*failed |= tree.failed;
		json_array_append_new(array, tree.object);
	}
	return array;
}

static inline char *wire_dump_account(
    const struct settings *settings, const struct account_answer *answer)
{
	const struct entitlement *e = &answer->entitlement;
	struct wire_tree tree = {json_object(), false};
	bool failed = false;

	wire_set_text(&tree, "account", answer->account);
	wire_set_entitled(&tree, "entitled", e->entitled);
	wire_set_text(&tree, "state", state_name(e->state));
	wire_set_text(&tree, "reason", e->reason);
	wire_set_time(&tree, "as_of", answer->as_of_ms);
	wire_set_time(&tree, "verified_at", answer->verified_at_ms);
	wire_set(&tree, "fresh", json_boolean(answer->fresh));
	wire_set(&tree, "pending", json_integer((json_int_t)answer->pending));
	wire_set_time(&tree, "valid_until", e->valid_until_ms);
	wire_set(
	    &tree, "grants", wire_tree_of_grants(settings, answer, &failed));
	wire_set(&tree, "credits", wire_tree_of_credits(answer, &failed));
	if (answer->n_quantities > 0)
		wire_set(&tree, "quantities",
		    wire_tree_of_quantities(answer, &failed));
	tree.failed |= failed;
	return wire_dump(&tree);
}

static inline char *wire_dump_history(const struct history_line *line)
{
	const struct transition *t = line->entry;
	struct wire_tree tree = {json_object(), false};

	wire_set_text(&tree, "provider", line->object.provider);
	wire_set_text(&tree, "kind", line->object.kind);
	wire_set_text(&tree, "id", line->object.id);
	wire_set(&tree, "seq", json_integer((json_int_t)t->seq));
	wire_set_text(&tree, "from", t->from);
	wire_set_text(&tree, "status", t->status);
	wire_set_text(&tree, "state", state_name(t->state));
	wire_set_time(&tree, "at", t->at_ms);
	wire_set_text(&tree, "at_text", t->at_text);
	wire_set_time(&tree, "after", t->after_ms);
	wire_set_time(&tree, "recorded_at", t->recorded_at_ms);
	wire_set_text(&tree, "source", source_name(t->source));
	wire_set_text(&tree, "cause", cause_name(t->cause));
	wire_set(&tree, "collapsed", json_boolean(t->collapsed));
	wire_set(&tree, "attempt",
	    t->attempt == 0 ? json_null() : json_integer(t->attempt));
	wire_set_text(&tree, "reason", t->reason);
	wire_set_text(&tree, "reason_code", t->reason_code);
	wire_set_time(&tree, "retracted_at", t->retracted_at_ms);
	return wire_dump(&tree);
}

static inline char *wire_dump_change(
    const struct settings *settings, const struct change *change)
{
	struct wire_tree tree = {json_object(), false};
	struct wire_tree grant = {json_null(), false};

	wire_set(&tree, "seq", json_integer((json_int_t)change->seq));
	wire_set_text(&tree, "account", change->account);
	wire_set_entitled(&tree, "entitled", change->entitled);
	wire_set_entitled(&tree, "was", change->was);
	wire_set_text(&tree, "state", state_name(change->state));
	if (change->has_grant) {
		grant = wire_tree_of_grant(
		    settings, &change->object, &change->grant);
		wire_set_end(&grant, &change->grant);
	}
	wire_set(&tree, "grant", grant.object);
	wire_set_time(&tree, "at", change->at_ms);
	wire_set_time(&tree, "recorded_at", change->recorded_at_ms);
	wire_set_text(&tree, "cause", cause_name(change->cause));
	tree.failed |= grant.failed;
	return wire_dump(&tree);
}

/* ---- both --------------------------------------------------------------- */

/* Takes over wanted, NULL: refused; ends with out empty. */
static inline bool wire_is_same(struct buf *out, char *wanted)
{
	bool same = wanted == NULL
			? out->error != 0
			: out->error == 0 && strcmp(buf_text(out), wanted) == 0;

	free(wanted);
	buf_fini(out);
	return same;
}

/* Read and written by jansson it is the same, if it was not refused. */
static inline bool wire_is_stable(struct buf *out)
{
	json_t *read = json_loads(buf_text(out), JSON_REJECT_DUPLICATES, NULL);
	char *wanted = read == NULL ? NULL : json_dumps(read, JSON_COMPACT);

	json_decref(read);
	return wire_is_same(out, wanted);
}

static inline void wire_quantities(
    struct wire_source *s, struct quantity *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (struct quantity){.provider = wire_word(s),
		    .product = wire_text(s),
		    .sum = wire_text(s),
		    .partial = wire_byte(s) % 2 == 0};
}

static inline bool wire_same_account(struct wire_source *s)
{
	struct held_grant grants[6] = {{.noun = NULL}};
	struct balance credits[2];
	struct quantity quantities[2];
	struct account_answer answer = {.grants = grants,
	    .n_grants = wire_byte(s) % 7,
	    .credits = credits,
	    .n_credits = wire_byte(s) % 3,
	    .quantities = quantities,
	    .n_quantities = wire_byte(s) % 3,
	    .account = wire_word(s),
	    .as_of_ms = wire_ms(s),
	    .pending = (size_t)wire_int(s),
	    .verified_at_ms = wire_ms(s),
	    .fresh = wire_byte(s) % 2 == 0};
	struct buf out;

	for (size_t i = 0; i < answer.n_grants; i++) {
		struct held_grant *held = &grants[i];

		held->object = i > 0 && wire_byte(s) % 2 == 0
				   ? grants[i - 1].object
				   : wire_ref(s);
		held->grant = wire_grant(s);
		held->verified_at_ms = wire_ms(s);
		held->provider =
		    settings_provider(&s->settings, held->object.provider);
	}
	for (size_t i = 0; i < answer.n_credits; i++)
		credits[i] = (struct balance){.provider = wire_word(s),
		    .product = wire_text(s),
		    .amount = wire_text(s),
		    .unit = wire_text(s)};
	wire_quantities(s, quantities, answer.n_quantities);
	entitle_account(
	    grants, answer.n_grants, answer.as_of_ms, &answer.entitlement);
	buf_init(&out, SIZE_MAX);
	wire_account(&answer, &out);
	return wire_is_same(&out, wire_dump_account(&s->settings, &answer));
}

static inline bool wire_same_history(struct wire_source *s)
{
	const struct transition entry = {.seq = (uint64_t)wire_int(s),
	    .from = wire_text(s),
	    .status = wire_text(s),
	    .state = (enum state)(wire_byte(s) % STATE_COUNT),
	    .at_ms = wire_ms(s),
	    .at_text = wire_text(s),
	    .after_ms = wire_ms(s),
	    .recorded_at_ms = wire_ms(s),
	    .cause = (enum cause)(wire_byte(s) % CAUSE_COUNT),
	    .collapsed = wire_byte(s) % 2 == 0,
	    .attempt = wire_int(s),
	    .reason = wire_text(s),
	    .reason_code = wire_text(s),
	    .retracted_at_ms = wire_ms(s)};
	const struct history_line line = {wire_ref(s), &entry};
	struct buf out;

	buf_init(&out, SIZE_MAX);
	wire_history_line(&line, &out);
	return wire_is_same(&out, wire_dump_history(&line));
}

static inline bool wire_same_change(struct wire_source *s)
{
	const struct change change = {.seq = (uint64_t)wire_int(s),
	    .account = wire_word(s),
	    .entitled = (enum entitled)(wire_byte(s) % 3),
	    .was = (enum entitled)(wire_byte(s) % 3),
	    .state = (enum state)(wire_byte(s) % STATE_COUNT),
	    .has_grant = wire_byte(s) % 4 != 0,
	    .object = wire_ref(s),
	    .grant = wire_grant(s),
	    .at_ms = wire_ms(s),
	    .recorded_at_ms = wire_ms(s),
	    .cause = (enum cause)(wire_byte(s) % CAUSE_COUNT)};
	struct buf out;

	buf_init(&out, SIZE_MAX);
	wire_change(&s->settings, &change, &out);
	return wire_is_same(&out, wire_dump_change(&s->settings, &change));
}

static inline bool wire_same_others(struct wire_source *s)
{
	const struct object_ref ref = wire_ref(s);
	const struct drift drift = {.ref = &ref,
	    .account = wire_text(s),
	    .what = wire_word(s),
	    .here = wire_text(s),
	    .there = wire_text(s)};
	const struct object object = {.ref = ref,
	    .status = wire_text(s),
	    .account = wire_text(s),
	    .verified_at_ms = wire_ms(s),
	    .entries = (uint64_t)wire_int(s)};
	const struct job job = {.ref = ref,
	    .due_ms = wire_ms(s),
	    .notices = (uint64_t)wire_int(s),
	    .last_error = wire_text(s)};
	struct buf out;
	bool same;

	buf_init(&out, SIZE_MAX);
	wire_drift(&drift, &out);
	same = wire_is_stable(&out);
	wire_object(&object, &out);
	same = wire_is_stable(&out) && same;
	wire_job(&job, &out);
	return wire_is_stable(&out) && same;
}

/* wire_compare(data, size): the first byte says what it is about. */
static inline bool wire_compare(const uint8_t *data, size_t size)
{
	static bool (*const parts[])(struct wire_source * s) = {
	    wire_same_account, wire_same_history, wire_same_change,
	    wire_same_others};
	struct wire_source s = {.data = data, .size = size};
	bool same;

	arena_init(&s.arena, 1 << 20);
	s.providers[0] = (struct provider_settings){
	    .name = "shop", .type = wire_byte(&s) % 8 == 0 ? NULL : "stripe"};
	policy_default(&s.providers[0].policy);
	s.settings.providers = s.providers;
	s.settings.n_providers = 1;
	same = parts[wire_byte(&s) % (sizeof(parts) / sizeof(*parts))](&s);
	arena_fini(&s.arena);
	return same;
}

#endif
