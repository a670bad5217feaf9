/*
 * What an answer means: the object that the configuration points to, and its
 * members. Only they are looked at.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/reading.h"

#include "clients/generic.h"

enum { FACT_MAX = 200 };

/* ---- the document ---------------------------------------------------------
 */

static field_value *open_answer(
    struct generic_reader *r, const struct client_reply *reply)
{
	if (!client_read_status(reply, r->arena, r->reading))
		return NULL;
	return reading_document(reply, r->arena, r->reading);
}

/* Where the object stands; an error that is told with 200 has none there. */
static void find_object(struct generic_reader *r, const field_value *root)
{
	const struct generic_spot whole = {.value = root, .where = ""};
	struct fields probe;
	bool wrong;

	r->root = (struct generic_spot){.where = r->kind->object};
	r->root.value = field_find(root, r->kind->object, &wrong);
	fields_init(&probe, r->arena);
	if (r->root.value == NULL)
		generic_complain(
		    &r->fields, &whole, r->kind->object, "missing");
	else if (field_object(&probe, r->root.value, "x") == NULL &&
		 probe.error != NULL)
		generic_complain(
		    &r->fields, &whole, r->kind->object, "not an object");
}

/* ---- members --------------------------------------------------------------
 */

enum state generic_state(const struct generic_kind *kind, const char *word)
{
	return state_of_word(kind->words, kind->n_words, word);
}

const char *generic_word(struct generic_reader *r,
    const struct generic_spot *at, const char *pointer)
{
	const char *word =
	    generic_need(&r->fields, at, pointer, OBSERVATION_WORD_MAX);

	if (word != NULL &&
	    (*word == '\0' || text_has_control(word, strlen(word))))
		generic_complain(&r->fields, at, pointer, "not a word");
	return word;
}

static void read_id(struct generic_reader *r)
{
	const char *id =
	    generic_need(&r->fields, &r->root, r->kind->id, NAME_ID_MAX);

	if (id != NULL && !text_equal(generic_id(&r->kind->form, id, r->arena),
			      r->object->id))
		generic_complain(&r->fields, &r->root, r->kind->id,
		    "the answer is about another object");
}

static void read_status(struct generic_reader *r)
{
	r->out->status = generic_word(r, &r->root, r->kind->status);
	if (r->out->status != NULL)
		r->out->state = generic_state(r->kind, r->out->status);
}

/*
 * What is put there by our own side is free text: a value that cannot be used
 * is as good as none, as refusing it would hold back the status as well.
 */
static const char *read_account(struct generic_reader *r, const char *pointer)
{
	const char *text = NULL;

	if (pointer != NULL)
		text = field_pointer(r->root.value, pointer, r->arena);
	return text != NULL && name_account_is_valid(text) ? text : NULL;
}

/* Whose it is: a grant of nobody could not be told from one that was lost. */
static void read_owner(struct generic_reader *r)
{
	const struct generic_kind *kind = r->kind;
	const char *pointer =
	    kind->customer != NULL ? kind->customer : kind->account;

	r->out->customer = generic_name(&r->fields, &r->root, kind->customer);
	r->out->account = read_account(r, r->provider->account_from);
	if (r->out->account == NULL)
		r->out->account = read_account(r, kind->account);
	if (kind->grant != NULL && r->out->customer == NULL &&
	    r->out->account == NULL)
		generic_complain(&r->fields, &r->root, pointer, "missing");
}

/* Each of its own state, if there is one, else of any other. */
static void read_changed(struct generic_reader *r)
{
	const char *pointer = r->kind->changed_at[r->out->state];
	struct generic_stamp at;

	if (pointer == NULL)
		pointer = r->kind->changed_at[STATE_COUNT];
	at = generic_stamp(&r->fields, &r->root, pointer, r->kind->time);
	r->out->changed_at_ms = at.ms;
	r->out->changed_at_text = at.text;
}

static void read_facts(struct generic_reader *r)
{
	struct fact *facts =
	    arena_alloc(r->arena, OBSERVATION_FACTS_MAX, sizeof(*facts));

	for (size_t i = 0; facts != NULL && i < r->kind->n_facts; i++)
		reading_fact(r->out, facts, r->kind->facts[i].name,
		    generic_text(&r->fields, &r->root,
			r->kind->facts[i].pointer, FACT_MAX));
	r->out->facts = facts;
}

static void read_rechecks(struct generic_reader *r)
{
	for (size_t i = 0; i < r->kind->n_rechecks; i++)
		reading_boundary(
		    r->out, generic_stamp(&r->fields, &r->root,
				r->kind->rechecks[i].pointer, r->kind->time)
				.ms);
}

/* Without a condition nothing is known of modes, and everything is ours. */
static void read_mode(struct generic_reader *r)
{
	bool test;

	if (r->kind->test_when.n == 0 || r->provider->mode == MODE_ANY)
		return;
	test = generic_holds(&r->root, &r->kind->test_when);
	r->out->other_mode = test != (r->provider->mode == MODE_TEST);
}

/* ---- other objects --------------------------------------------------------
 */

/* An id of the form, in one spelling; NULL: none is there, or a complaint. */
static const char *linked_id(struct generic_reader *r, const char *pointer,
    const struct generic_form *form)
{
	const char *text =
	    generic_text(&r->fields, &r->root, pointer, NAME_ID_MAX);
	const char *id = generic_id(form, text, r->arena);

	if (text != NULL && id == NULL)
		generic_complain(&r->fields, &r->root, pointer,
		    "not an id of the configured form");
	return id;
}

bool generic_member(struct generic_reader *r, const struct generic_link *link,
    struct member *out)
{
	*out = (struct member){.kind = link->to->name,
	    .id = linked_id(r, link->id, &link->to->form)};
	if (out->id == NULL || link->parent == NULL)
		return out->id != NULL;
	out->parent_kind = link->to->parent;
	out->parent_id = linked_id(r, link->parent, &link->to->parent_form);
	return out->parent_id != NULL;
}

static void read_also(struct generic_reader *r)
{
	for (size_t i = 0; i < r->kind->n_also; i++) {
		struct client_reading *reading = r->reading;

		if (generic_member(
			r, &r->kind->also[i], &reading->also[reading->n_also]))
			reading->n_also++;
	}
}

/* ---- the observation ------------------------------------------------------
 */

static void read_object(struct generic_reader *r)
{
	read_id(r);
	read_status(r);
	read_mode(r);
	read_owner(r);
	r->out->version_ms =
	    generic_stamp(&r->fields, &r->root, r->kind->version, r->kind->time)
		.ms;
	read_changed(r);
	read_facts(r);
	generic_history(r);
	generic_grants(r);
	read_rechecks(r);
	generic_effects(r);
	read_also(r);
}

void generic_read(const struct provider_settings *provider,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, int64_t now_ms, struct arena *arena, struct client_reading *out)
{
	struct generic_reader r = {.provider = provider,
	    .kind = generic_kind_of(provider->options, object->kind),
	    .object = object,
	    .arena = arena,
	    .reading = out,
	    .out = &out->observation};
	field_value *root;

	(void)now_ms;
	memset(out, 0, sizeof(*out));
	fields_init(&r.fields, arena);
	if (n == 0 || r.kind == NULL) {
		reading_refuse(out, VERDICT_GARBLED, "nothing was asked");
		return;
	}
	root = open_answer(&r, &replies[n - 1]);
	if (root == NULL)
		return;
	find_object(&r, root);
	if (r.fields.error == NULL)
		read_object(&r);
	field_free(root);
	reading_close(&r.fields, arena, out);
}
