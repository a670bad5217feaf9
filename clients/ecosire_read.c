/*
 * What an ECOSIRE answer means: its three envelopes, and its errors. Only the
 * fields named in ecosire_kinds.c are looked at: a licence's key is a bearer
 * secret and goes nowhere.
 */
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/ecosire.h"
#include "clients/reading.h"
#include "clients/types.h"

enum { MESSAGE_MAX = 200, MESSAGES_MAX = 8, KEY_GROUPS = 3, KEY_GROUP = 4 };

/* ---- errors ---------------------------------------------------------------
 */

static bool is_key_group(const char *text)
{
	return *text == '-' &&
	       strspn(text + 1, "0123456789"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ") >= KEY_GROUP;
}

/* An address, or what looks like a licence key, is for nobody's log. */
static bool is_private(const char *text)
{
	size_t groups = 0;

	for (const char *at = strchr(text, '-'); at != NULL;
	     at = strchr(at + 1, '-'))
		groups += is_key_group(at);
	return groups >= KEY_GROUPS || strchr(text, '@') != NULL ||
	       text_has_control(text, strlen(text));
}

static void add_message(struct buf *out, const json_t *value)
{
	const char *text = json_string_value(value);

	if (text != NULL && *text != '\0' && !is_private(text))
		buf_addf(out, "%s%s", out->len > 0 ? "; " : "", text);
}

/* The texts of an error, given as one or as a list. */
static const char *message_of(const field_value *root, struct arena *arena)
{
	const json_t *message = json_object_get(root, "message");
	const char *text = NULL;
	struct buf joined;

	buf_init(&joined, MESSAGE_MAX * MESSAGES_MAX);
	add_message(&joined, message);
	for (size_t i = 0; i < MESSAGES_MAX; i++)
		add_message(&joined, json_array_get(message, i));
	if (joined.len > 0 && joined.error == 0)
		text = arena_bytes(arena, joined.data,
		    observation_cut(buf_text(&joined), MESSAGE_MAX));
	buf_fini(&joined);
	return text;
}

/* What the provider says of a status that is no success. */
static void explain(struct ecosire_look *look, const struct client_reply *reply)
{
	struct err_text err = {""};
	field_value *root = NULL;
	const char *message = NULL;
	const char *cause = NULL;

	if (client_media_is(reply->content_type, "application/json") &&
	    field_parse(reply->body, reply->len, CLIENT_JSON_DEPTH_MAX, &root,
		&err) == 0)
		message = message_of(root, look->arena);
	field_free(root);
	if (message != NULL)
		cause = arena_printf(
		    look->arena, "%s: %s", look->reading->cause, message);
	if (cause != NULL)
		look->reading->cause = cause;
}

/* ---- envelopes ------------------------------------------------------------
 */

/* {"data": …, "error": null}, {"data": …}, or the thing itself. */
static const field_value *unwrap(struct ecosire_look *look)
{
	if (!json_is_object(look->root) || field_has_key(look->root, "id") ||
	    !field_has_key(look->root, "data"))
		return look->root;
	if (field_has(look->root, "error"))
		field_complain(&look->fields, "error", "an error with a 200");
	return json_object_get(look->root, "data");
}

/* A UUID is the same in either case. */
static bool is_asked(const struct ecosire_look *look, const char *id)
{
	const char *asked = look->object->id;

	return text_is_uuid(asked) ? strcasecmp(id, asked) == 0
				   : strcmp(id, asked) == 0;
}

static void find_in_list(struct ecosire_look *look, const field_value *list)
{
	size_t found = 0, unreadable = 0;

	for (size_t i = 0; i < field_count(list); i++) {
		const field_value *item = field_at(list, i);
		const char *id = json_string_value(json_object_get(item, "id"));

		if (id == NULL) {
			unreadable++;
		} else if (is_asked(look, id)) {
			look->thing = item;
			found++;
		}
	}
	if (found > 1)
		field_complain(&look->fields, "data", "it is there twice");
	else if (found == 0 && unreadable > 0)
		field_complain(&look->fields, "data", "an element has no id");
	else if (found == 0 && !ecosire_kind(look->kind)->is_listed)
		field_complain(&look->fields, "data",
		    "the answer is about another object");
	else if (found == 0)
		reading_refuse(look->reading, VERDICT_GONE,
		    "the provider's list does not have the object");
}

static void find(struct ecosire_look *look)
{
	const field_value *value = unwrap(look);
	const char *id;

	if (json_is_array(value)) {
		find_in_list(look, value);
		return;
	}
	if (!json_is_object(value)) {
		field_complain(&look->fields, "data", "missing");
		return;
	}
	id = field_need_text(&look->fields, value, "id", NAME_ID_MAX);
	if (id != NULL && !is_asked(look, id))
		field_complain(
		    &look->fields, "id", "the answer is about another object");
	look->thing = value;
}

/* ---- the answer -----------------------------------------------------------
 */

/*
 * account_from points into the object; written from the top of the document it
 * works too. What cannot be an account reference is as good as none.
 */
static const char *account_of(const struct ecosire_look *look)
{
	const char *pointer = look->provider->account_from;
	const char *account;

	if (pointer == NULL)
		return NULL;
	account = field_pointer(look->thing, pointer, look->arena);
	if (account == NULL)
		account = field_pointer(look->root, pointer, look->arena);
	if (account != NULL && !name_account_is_valid(account))
		return NULL;
	return account;
}

static void read_thing(struct ecosire_look *look)
{
	struct observation *out = look->out;

	look->facts = arena_alloc(
	    look->arena, OBSERVATION_FACTS_MAX, sizeof(*out->facts));
	if (look->facts == NULL)
		return;
	out->facts = look->facts;
	out->status = reading_word(&look->fields, look->thing, "status");
	if (out->status == NULL)
		return;
	out->state =
	    state_of_word(look->kind->words, look->kind->n_words, out->status);
	ecosire_kind(look->kind)->read(look);
	out->account = account_of(look);
}

static void read_body(
    struct ecosire_look *look, const struct client_reply *reply)
{
	field_value *root = reading_document(reply, look->arena, look->reading);

	if (root == NULL)
		return;
	look->root = root;
	find(look);
	if (look->fields.error == NULL && look->thing != NULL)
		read_thing(look);
	field_free(root);
	reading_close(&look->fields, look->arena, look->reading);
}

void ecosire_read(const struct provider_settings *provider,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, int64_t now_ms, struct arena *arena, struct client_reading *out)
{
	struct ecosire_look look = {
	    .provider = provider,
	    .object = object,
	    .kind = client_kind_find(&ecosire_client, object->kind),
	    .now_ms = now_ms,
	    .arena = arena,
	    .out = &out->observation,
	    .reading = out,
	};

	memset(out, 0, sizeof(*out));
	fields_init(&look.fields, arena);
	if (n == 0 || look.kind == NULL) {
		reading_refuse(out, VERDICT_GARBLED, "nothing was asked");
		return;
	}
	if (!client_read_status(&replies[n - 1], arena, out)) {
		explain(&look, &replies[n - 1]);
		return;
	}
	if (!client_media_is(replies[n - 1].content_type, "application/json")) {
		reading_refuse(
		    out, VERDICT_GARBLED, "the content type is not JSON");
		return;
	}
	read_body(&look, &replies[n - 1]);
}
