/*
 * What an eCurring answer means. Only the fields named here are looked at:
 * confirmation_page and the webhook URLs are capabilities and go nowhere.
 */
#include <string.h>

#include "reconciler/base/text.h"
#include "reconciler/core/name.h"

#include "clients/reading.h"

#include "clients/ecurring.h"

enum { TITLE_MAX = 200 };

struct ecurring_stamp ecurring_read_stamp(
    struct ecurring_reader *r, const char *path)
{
	struct ecurring_stamp at = {0, NULL};

	at.ms = field_time(&r->fields, r->root, path, &at.text);
	return at;
}

const char *ecurring_read_id(struct ecurring_reader *r, const char *path)
{
	const char *id = field_id(&r->fields, r->root, path, NAME_ID_MAX);

	if (id == NULL)
		field_complain(&r->fields, path, "missing");
	else if (!name_id_is_valid(id))
		field_complain(&r->fields, path, "not an id");
	return id;
}

enum state ecurring_read_state(
    const struct ecurring_reader *r, const char *word)
{
	if (word == NULL)
		return STATE_UNKNOWN;
	return state_of_word(r->kind->words, r->kind->n_words, word);
}

/* Is this the object that was asked for? */
static void check_identity(struct ecurring_reader *r)
{
	const char *type =
	    field_need_text(&r->fields, r->root, "data.type", NAME_KIND_MAX);
	const char *id = ecurring_read_id(r, "data.id");

	if (id != NULL && strcmp(r->kind->name, ECURRING_TRANSACTION) == 0)
		id = client_uuid(r->arena, id);
	if (r->fields.error != NULL || id == NULL)
		return;
	if (strcmp(type, r->object->kind) != 0)
		field_complain(&r->fields, "data.type",
		    "the answer is about another object");
	else if (strcmp(id, r->object->id) != 0)
		field_complain(&r->fields, "data.id",
		    "the answer is about another object");
}

/* JSON:API error document: "errors" beside or instead of "data". */
static void read_errors(struct ecurring_reader *r)
{
	struct fields probe;
	const field_value *list;
	const char *title = NULL;

	if (!field_has(r->root, "errors"))
		return;
	fields_init(&probe, r->arena);
	list = field_array(&probe, r->root, "errors");
	title = field_cut(&probe, field_at(list, 0), "title", TITLE_MAX);
	if (title == NULL || text_has_control(title, strlen(title)))
		title = "without a title";
	field_complain(&r->fields, "errors", title);
}

static void read_document(struct ecurring_reader *r)
{
	read_errors(r);
	check_identity(r);
	r->out->status =
	    reading_word(&r->fields, r->root, "data.attributes.status");
	r->out->state = ecurring_read_state(r, r->out->status);
	if (r->fields.error != NULL)
		return;
	if (strcmp(r->kind->name, ECURRING_SUBSCRIPTION) == 0)
		ecurring_subscription(r);
	else
		ecurring_transaction(r);
}

static void read_body(
    struct ecurring_reader *r, const struct client_reply *reply)
{
	field_value *root = reading_document(reply, r->arena, r->reading);

	if (root == NULL)
		return;
	r->root = root;
	read_document(r);
	field_free(root);
	reading_close(&r->fields, r->arena, r->reading);
}

static bool is_json(const char *content_type)
{
	return client_media_is(content_type, "application/vnd.api+json") ||
	       client_media_is(content_type, "application/json");
}

void ecurring_read(const struct provider_settings *provider,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, int64_t now_ms, struct arena *arena, struct client_reading *out)
{
	struct ecurring_reader r = {
	    .provider = provider,
	    .object = object,
	    .kind = ecurring_kind(object->kind),
	    .now_ms = now_ms,
	    .arena = arena,
	    .out = &out->observation,
	    .reading = out,
	};

	memset(out, 0, sizeof(*out));
	fields_init(&r.fields, arena);
	if (n == 0 || r.kind == NULL) {
		reading_refuse(out, VERDICT_GARBLED, "nothing was asked");
		return;
	}
	if (!client_read_status(&replies[n - 1], arena, out))
		return;
	if (!is_json(replies[n - 1].content_type)) {
		reading_refuse(
		    out, VERDICT_GARBLED, "the content type is not JSON");
		return;
	}
	read_body(&r, &replies[n - 1]);
}
