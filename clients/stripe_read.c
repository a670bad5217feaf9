/* What a Stripe answer means: the part that all kinds share. */
#include <inttypes.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/reading.h"
#include "clients/types.h"

#include "clients/stripe.h"

#define SECONDS_MAX INT64_C(253402300799) /* the year 9999 ends */

enum { RESOURCE_MAX = 100, CODE_MAX = 64, MESSAGE_MAX = 300 };

/* ---- one document ---------------------------------------------------------
 */

static void halt(
    struct stripe_look *look, enum verdict verdict, const char *cause)
{
	reading_refuse(look->reading, verdict, cause);
	look->halted = true;
}

static const field_value *parse(
    struct stripe_look *look, const struct client_reply *reply)
{
	field_value *root;

	if (!client_media_is(reply->content_type, "application/json")) {
		halt(look, VERDICT_GARBLED, "the content type is not JSON");
		return NULL;
	}
	root = reading_document(reply, look->arena, look->reading);
	if (root != NULL)
		look->roots[look->n_roots++] = root;
	else
		look->halted = true;
	return root;
}

/*
 * What an error document says that can be shown: its code, which Stripe
 * defines. Its message may quote what was sent; of that only whether the id is
 * one of the other mode. NULL: nothing.
 */
static const char *error_text(
    struct stripe_look *look, const struct client_reply *reply)
{
	field_value *root = NULL;
	struct fields probe;
	const char *code, *message;

	if (field_parse(reply->body, reply->len, CLIENT_JSON_DEPTH_MAX, &root,
		NULL) != 0)
		return NULL;
	fields_init(&probe, look->arena);
	code = field_text(&probe, root, "error.code", CODE_MAX);
	if (code == NULL)
		code = field_text(&probe, root, "error.type", CODE_MAX);
	message = field_cut(&probe, root, "error.message", MESSAGE_MAX);
	field_free(root);
	if (code == NULL || !stripe_is_token(code))
		return NULL;
	if (message == NULL || strstr(message, "similar object exists") == NULL)
		return code;
	return arena_printf(
	    look->arena, "%s, but it exists in the other mode", code);
}

bool stripe_is_passing(int status)
{
	return status == 409 || status == 424;
}

static bool judge_status(
    struct stripe_look *look, const struct client_reply *reply)
{
	struct client_reading judged = {0};
	const char *said, *text;

	if (client_read_status(reply, look->arena, &judged))
		return true;
	if (stripe_is_passing(reply->status))
		judged.verdict = VERDICT_LATER;
	said = error_text(look, reply);
	if (said != NULL) {
		text = arena_printf(look->arena, "%s: %s", judged.cause, said);
		if (text != NULL)
			judged.cause = text;
	}
	halt(look, judged.verdict, judged.cause);
	look->reading->gone_for_sure = judged.gone_for_sure;
	return false;
}

static void ask_on(
    struct stripe_look *look, const char *path, const char *operation)
{
	struct client_request next;

	if (look->n_replies >= CLIENT_STEPS_MAX) {
		halt(look, VERDICT_GARBLED, "too many pages");
		return;
	}
	if (stripe_request(
		look->provider, path, operation, look->arena, &next) != 0) {
		halt(look, VERDICT_GARBLED, "too large to be held");
		return;
	}
	halt(look, VERDICT_MORE, NULL);
	look->reading->next = next;
}

enum stripe_step stripe_read_step(struct stripe_look *look, const char *path,
    const char *operation, const field_value **out)
{
	const struct client_reply *reply;

	*out = NULL;
	if (look->halted || look->fields.error != NULL)
		return STRIPE_HALT;
	if (look->used == look->n_replies) {
		ask_on(look, path, operation);
		return STRIPE_HALT;
	}
	reply = &look->replies[look->used++];
	if (reply->status == 404)
		return STRIPE_ABSENT;
	if (!judge_status(look, reply)) {
		reading_name_question(operation, look->arena, look->reading);
		return STRIPE_HALT;
	}
	*out = parse(look, reply);
	return *out != NULL ? STRIPE_ANSWER : STRIPE_HALT;
}

/* ---- members that many objects have ---------------------------------------
 */

const char *stripe_ref(struct fields *fields, const field_value *from,
    const char *path, const char *kind)
{
	struct fields probe;
	const field_value *expanded;
	const char *id;

	if (fields->error != NULL || !field_has(from, path))
		return NULL;
	fields_init(&probe, fields->arena);
	expanded = field_object(&probe, from, path);
	if (expanded != NULL)
		id = field_need_text(fields, expanded, "id", NAME_ID_MAX);
	else
		id = field_text(fields, from, path, NAME_ID_MAX);
	if (id == NULL)
		return NULL;
	if (kind != NULL ? stripe_id_is(kind, id) : name_id_is_valid(id))
		return id;
	field_complain(fields, path, "not an id of the documented form");
	return NULL;
}

const char *stripe_invoice_subscription(
    struct fields *fields, const field_value *invoice)
{
	const char *id =
	    stripe_ref(fields, invoice, "subscription", STRIPE_SUBSCRIPTION);

	if (id != NULL)
		return id;
	return stripe_ref(fields, invoice,
	    "parent.subscription_details.subscription", STRIPE_SUBSCRIPTION);
}

int64_t stripe_time(
    struct fields *fields, const field_value *from, const char *path)
{
	return field_int(fields, from, path, 0, SECONDS_MAX) * 1000;
}

const char *stripe_number(
    struct fields *fields, const field_value *from, const char *path)
{
	int64_t value = field_int(fields, from, path, INT64_MIN, INT64_MAX);

	if (fields->error != NULL || !field_has(from, path))
		return NULL;
	return arena_printf(fields->arena, "%" PRId64, value);
}

void stripe_fact_text(
    struct stripe_look *look, const char *name, const char *path)
{
	reading_fact(look->out, look->facts, name,
	    field_cut(&look->fields, look->root, path, OBSERVATION_REASON_MAX));
}

void stripe_fact_number(
    struct stripe_look *look, const char *name, const char *path)
{
	reading_fact(look->out, look->facts, name,
	    stripe_number(&look->fields, look->root, path));
}

void stripe_fact_time(struct stripe_look *look, const char *name, int64_t at_ms)
{
	char text[CLOCK_TEXT_MAX];

	if (at_ms != 0)
		reading_fact(look->out, look->facts, name,
		    arena_text(look->arena, clock_format(at_ms, text)));
}

void stripe_status(struct stripe_look *look, const char *path)
{
	const char *word = reading_word(&look->fields, look->root, path);

	look->out->status = word;
	look->out->state = word == NULL ? STATE_UNKNOWN
					: state_of_word(look->kind->words,
					      look->kind->n_words, word);
}

void stripe_changed(struct stripe_look *look, int64_t at_ms)
{
	if (at_ms == 0)
		return;
	look->out->changed_at_ms = at_ms;
	look->out->changed_at_text =
	    arena_printf(look->arena, "%" PRId64, at_ms / 1000);
}

/*
 * With account_from set, what a session calls its client's reference is not
 * taken for an account: some shops put the number of a cart there.
 */
static const char *account_of(struct stripe_look *look)
{
	const char *pointer = look->provider->account_from;
	struct fields probe;
	const char *account = NULL;

	if (pointer != NULL)
		account = field_pointer(look->root, pointer, look->arena);
	if (account != NULL && name_account_is_valid(account))
		return account;
	fields_init(&probe, look->arena);
	account = field_text(
	    &probe, look->root, "metadata.account_ref_id", NAME_ACCOUNT_MAX);
	if (account != NULL && name_account_is_valid(account))
		return account;
	if (pointer != NULL)
		return NULL;
	fields_init(&probe, look->arena);
	account = field_text(
	    &probe, look->root, "client_reference_id", NAME_ACCOUNT_MAX);
	return account != NULL && name_account_is_valid(account) ? account
								 : NULL;
}

void stripe_owner(struct stripe_look *look)
{
	look->out->customer =
	    stripe_ref(&look->fields, look->root, "customer", NULL);
	look->out->account = account_of(look);
}

/* ---- the whole ------------------------------------------------------------
 */

/* Is this the object that was asked for, and no error in its place? */
static void check_identity(struct stripe_look *look)
{
	const char *resource, *id;

	if (field_has(look->root, "error"))
		field_complain(&look->fields, "error", "in place of an object");
	resource =
	    field_need_text(&look->fields, look->root, "object", RESOURCE_MAX);
	id = field_need_text(&look->fields, look->root, "id", NAME_ID_MAX);
	if (look->fields.error != NULL)
		return;
	if (strcmp(resource, stripe_kind(look->kind)->resource) != 0)
		field_complain(&look->fields, "object",
		    "the answer is about another object");
	else if (strcmp(id, look->object->id) != 0)
		field_complain(
		    &look->fields, "id", "the answer is about another object");
}

bool stripe_is_other_mode(const struct provider_settings *provider,
    struct fields *fields, const field_value *object)
{
	if (provider->mode == MODE_ANY || !field_has(object, "livemode"))
		return false;
	return field_bool(fields, object, "livemode") !=
	       (provider->mode == MODE_LIVE);
}

static void read_object(struct stripe_look *look)
{
	check_identity(look);
	if (look->fields.error != NULL)
		return;
	look->facts = arena_alloc(
	    look->arena, OBSERVATION_FACTS_MAX, sizeof(*look->facts));
	if (look->facts == NULL)
		return;
	look->out->facts = look->facts;
	if (stripe_is_other_mode(look->provider, &look->fields, look->root)) {
		look->out->other_mode = true;
		look->out->status = "other mode";
		return;
	}
	stripe_kind(look->kind)->read(look);
}

static void finish(struct stripe_look *look)
{
	if (look->halted)
		return;
	reading_close(&look->fields, look->arena, look->reading);
}

static void read_first(struct stripe_look *look)
{
	const struct client_reply *reply = &look->replies[look->used++];

	if (!judge_status(look, reply))
		return;
	look->root = parse(look, reply);
	if (look->root == NULL)
		return;
	read_object(look);
	finish(look);
}

void stripe_read(const struct provider_settings *provider,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, int64_t now_ms, struct arena *arena, struct client_reading *out)
{
	struct stripe_look look = {
	    .provider = provider,
	    .object = object,
	    .kind = client_kind_find(&stripe_client, object->kind),
	    .replies = replies,
	    .n_replies = n,
	    .now_ms = now_ms,
	    .arena = arena,
	    .out = &out->observation,
	    .reading = out,
	};

	memset(out, 0, sizeof(*out));
	fields_init(&look.fields, arena);
	if (n == 0 || n > CLIENT_STEPS_MAX || look.kind == NULL) {
		reading_refuse(out, VERDICT_GARBLED, "nothing was asked");
		return;
	}
	read_first(&look);
	for (size_t i = 0; i < look.n_roots; i++)
		field_free(look.roots[i]);
}
