/*
 * What a Flexprice answer means: the way through its parts, and what objects of
 * all kinds have. Plain `status` is the state of a database row, never that of
 * the thing itself.
 */
#include <inttypes.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"
#include "reconciler/core/decimal.h"

#include "clients/reading.h"
#include "clients/types.h"

#include "clients/flexprice.h"

enum { ID_MAX = 64, AMOUNT_MAX = 90 };

/* ---- answers --------------------------------------------------------------
 */

static void halt(
    struct flexprice_look *look, enum verdict verdict, const char *cause)
{
	look->halted = true;
	reading_refuse(look->reading, verdict, cause);
}

/*
 * The codes of Flexprice's errors: 409 is a conflict of versions, which may be
 * tried again; 501 will be the same in an hour.
 */
static void judge_error(
    struct flexprice_look *look, const struct client_reply *reply)
{
	if (reply->status == 409)
		halt(look, VERDICT_LATER,
		    "the provider cannot answer now (HTTP 409)");
	else if (reply->status == 501)
		halt(look, VERDICT_GARBLED,
		    "the provider has no such call (HTTP 501)");
	look->halted = true;
}

/* false: no document; the look is halted. */
static bool judge_status(
    struct flexprice_look *look, const struct client_reply *reply)
{
	if (!client_read_status(reply, look->arena, look->reading)) {
		judge_error(look, reply);
		return false;
	}
	if (client_media_is(reply->content_type, "application/json"))
		return true;
	halt(look, VERDICT_GARBLED, "the content type is not JSON");
	return false;
}

/* The document; NULL: the look is halted. */
static const field_value *parse(
    struct flexprice_look *look, const struct client_reply *reply)
{
	field_value *root;

	root = reading_document(reply, look->arena, look->reading);
	if (root != NULL)
		look->roots[look->n_roots++] = root;
	else
		look->halted = true;
	return root;
}

static void ask_on(
    struct flexprice_look *look, const char *path, const char *operation)
{
	struct client_request next;

	if (look->n_replies >= CLIENT_STEPS_MAX ||
	    flexprice_request(
		look->provider, path, operation, look->arena, &next) != 0) {
		halt(look, VERDICT_GARBLED, "too large to be held");
		return;
	}
	halt(look, VERDICT_MORE, NULL);
	look->reading->next = next;
}

enum flexprice_step flexprice_step(struct flexprice_look *look,
    const char *path, const char *operation, const field_value **out)
{
	const struct client_reply *reply;

	*out = NULL;
	if (look->halted || look->fields.error != NULL)
		return FLEXPRICE_HALT;
	if (look->used == look->n_replies) {
		ask_on(look, path, operation);
		return FLEXPRICE_HALT;
	}
	reply = &look->replies[look->used++];
	if (reply->status == 404)
		return FLEXPRICE_ABSENT;
	if (reply->status == 400)
		return FLEXPRICE_REFUSED;
	if (judge_status(look, reply))
		*out = parse(look, reply);
	if (*out != NULL)
		return FLEXPRICE_ANSWER;
	reading_name_question(operation, look->arena, look->reading);
	return FLEXPRICE_HALT;
}

void flexprice_refused(struct flexprice_look *look, const char *operation)
{
	field_complain(&look->fields, operation, "refused (HTTP 400)");
}

/* ---- members that many objects have ---------------------------------------
 */

const char *flexprice_id(
    struct fields *fields, const field_value *from, const char *path)
{
	const char *id = field_text(fields, from, path, ID_MAX);

	if (id == NULL || *id == '\0')
		return NULL;
	if (flexprice_is_id(id))
		return id;
	field_complain(fields, path, "not an id of the documented form");
	return NULL;
}

int64_t flexprice_time(struct fields *fields, const field_value *from,
    const char *path, const char **text)
{
	static const char zero[] = "0001-01-01T00:00:00";
	struct fields probe;
	const char *written;

	if (text != NULL)
		*text = NULL;
	if (fields->error != NULL)
		return 0;
	fields_init(&probe, fields->arena);
	written = field_text(&probe, from, path, ID_MAX);
	if (written != NULL && strncmp(written, zero, strlen(zero)) == 0)
		return 0;
	return field_time(fields, from, path, text);
}

const char *flexprice_decimal(
    struct fields *fields, const field_value *from, const char *path)
{
	struct fields probe;
	const char *text;
	int64_t whole;

	if (fields->error != NULL || !field_has(from, path))
		return NULL;
	fields_init(&probe, fields->arena);
	text = field_text(&probe, from, path, AMOUNT_MAX);
	if (text == NULL) {
		fields_init(&probe, fields->arena);
		whole = field_int(&probe, from, path, INT64_MIN, INT64_MAX);
		if (probe.error == NULL)
			return arena_printf(fields->arena, "%" PRId64, whole);
	}
	if (decimal_is_valid(text))
		return text;
	field_complain(fields, path, "not a decimal number, as text");
	return NULL;
}

void flexprice_fact_text(
    struct flexprice_look *look, const char *name, const char *path)
{
	const char *text =
	    field_cut(&look->fields, look->root, path, OBSERVATION_REASON_MAX);

	if (text != NULL && *text != '\0')
		reading_fact(look->out, look->facts, name, text);
}

void flexprice_fact_decimal(
    struct flexprice_look *look, const char *name, const char *path)
{
	reading_fact(look->out, look->facts, name,
	    flexprice_decimal(&look->fields, look->root, path));
}

void flexprice_changed(
    struct flexprice_look *look, const char *path, const char *otherwise)
{
	const char *text = NULL;
	int64_t at_ms = 0;

	if (path != NULL)
		at_ms = flexprice_time(&look->fields, look->root, path, &text);
	if (at_ms == 0)
		at_ms =
		    flexprice_time(&look->fields, look->root, otherwise, &text);
	look->out->changed_at_ms = at_ms;
	look->out->changed_at_text = text;
}

/* ---- the whole ------------------------------------------------------------
 */

/* Is this the object that was asked for, and no error in its place? */
static void check_identity(struct flexprice_look *look)
{
	const char *id;

	if (field_has(look->root, "error"))
		field_complain(&look->fields, "error", "in place of an object");
	id = field_need_text(&look->fields, look->root, "id", ID_MAX);
	if (strcmp(look->kind->name, FLEXPRICE_EXTERNAL) == 0)
		return; /* asked for by another name: see flexprice_external */
	if (id != NULL && strcmp(id, look->object->id) != 0)
		field_complain(
		    &look->fields, "id", "the answer is about another object");
}

/* An archived or deleted row mostly reads as 404, but not while it is cached.
 */
static bool is_published(struct flexprice_look *look)
{
	const char *row = field_text(
	    &look->fields, look->root, "status", OBSERVATION_WORD_MAX);

	if (row == NULL || *row == '\0' || strcmp(row, "published") == 0)
		return true;
	halt(look, VERDICT_GONE, "its row is not published any more");
	look->reading->gone_for_sure =
	    strcmp(row, "archived") == 0 || strcmp(row, "deleted") == 0;
	return false;
}

static void read_status(struct flexprice_look *look)
{
	const char *path = flexprice_kind(look->kind)->status;
	const char *word = "published";

	if (path != NULL)
		word = reading_word(&look->fields, look->root, path);
	look->out->status = word;
	look->out->state = word == NULL ? STATE_UNKNOWN
					: state_of_word(look->kind->words,
					      look->kind->n_words, word);
}

/*
 * The counter that guards Flexprice's own writes, else the time of the last
 * one. A kind has it or has it not, so that the two never meet.
 */
static void read_version(struct flexprice_look *look)
{
	struct fields *fields = &look->fields;

	if (field_has(look->root, "version"))
		look->out->version_ms =
		    field_int(fields, look->root, "version", 0, INT64_MAX);
	else
		look->out->version_ms =
		    flexprice_time(fields, look->root, "updated_at", NULL);
}

static void read_object(struct flexprice_look *look)
{
	look->facts = arena_alloc(
	    look->arena, OBSERVATION_FACTS_MAX, sizeof(*look->facts));
	if (look->facts == NULL)
		return;
	look->out->facts = look->facts;
	read_status(look);
	read_version(look);
	if (look->fields.error == NULL)
		flexprice_kind(look->kind)->read(look);
}

static void read_first(struct flexprice_look *look)
{
	const struct client_reply *reply = &look->replies[look->used++];

	if (judge_status(look, reply))
		look->root = parse(look, reply);
	if (look->root == NULL)
		return;
	check_identity(look);
	if (look->fields.error == NULL && is_published(look))
		read_object(look);
	if (look->halted)
		return;
	reading_close(&look->fields, look->arena, look->reading);
}

void flexprice_read(const struct provider_settings *provider,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, int64_t now_ms, struct arena *arena, struct client_reading *out)
{
	struct flexprice_look look = {
	    .provider = provider,
	    .options = flexprice_options_of(provider),
	    .object = object,
	    .kind = client_kind_find(&flexprice_client, object->kind),
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
