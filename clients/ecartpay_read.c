/*
 * What Ecart Pay's answers mean. Only the members named in ecartpay_kinds.c are
 * looked at: names, addresses, tax ids and cards go nowhere.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/ecartpay.h"
#include "clients/reading.h"
#include "clients/types.h"

/* ---- documents ------------------------------------------------------------
 */

field_value *ecartpay_open(struct ecartpay_reader *r, size_t i)
{
	const struct client_reply *reply = &r->replies[i];

	if (!client_read_status(reply, r->arena, r->reading))
		return NULL;
	if (!client_media_is(reply->content_type, "application/json")) {
		reading_refuse(r->reading, VERDICT_GARBLED,
		    "the content type is not JSON");
		return NULL;
	}
	return reading_document(reply, r->arena, r->reading);
}

/* ---- the object -----------------------------------------------------------
 */

/* A transaction goes by its id or by its number. */
static void check_id(struct ecartpay_reader *r, const field_value *thing)
{
	const char *asked = r->object->id;
	const char *path = ecartpay_is_number(asked) ? "transaction_id" : "id";
	const char *id = field_need_text(&r->fields, thing, path, NAME_ID_MAX);

	if (id != NULL)
		id = ecartpay_object_id(r->arena, id);
	if (id != NULL && strcmp(id, asked) != 0)
		field_complain(
		    &r->fields, path, "the answer is about another object");
}

/*
 * metadata is the merchant's own: a value that cannot be an account reference
 * is as good as none, and refusing the answer would hold back the status.
 */
static const char *account_of(
    const struct ecartpay_reader *r, const field_value *thing)
{
	const char *pointer = r->provider->account_from;
	const char *account = NULL;

	if (pointer != NULL)
		account = field_pointer(thing, pointer, r->arena);
	return account != NULL && name_account_is_valid(account) ? account
								 : NULL;
}

void ecartpay_thing(struct ecartpay_reader *r, const field_value *thing)
{
	const struct ecartpay_kind *row = ecartpay_kind(r->kind);
	struct observation *out = r->out;

	r->facts =
	    arena_alloc(r->arena, OBSERVATION_FACTS_MAX, sizeof(*r->facts));
	if (r->facts == NULL)
		return;
	out->facts = r->facts;
	check_id(r, thing);
	if (row->status != NULL)
		out->status = reading_word(&r->fields, thing, row->status);
	if (out->status != NULL)
		out->state = state_of_word(
		    r->kind->words, r->kind->n_words, out->status);
	out->changed_at_ms =
	    field_time(&r->fields, thing, "updated_at", &out->changed_at_text);
	out->version_ms = out->changed_at_ms;
	out->account = account_of(r, thing);
	if (r->fields.error == NULL)
		row->read(r, thing);
}

static void read_one(struct ecartpay_reader *r)
{
	field_value *root = ecartpay_open(r, r->n - 1);

	if (root == NULL)
		return;
	ecartpay_thing(r, root);
	field_free(root);
}

void ecartpay_read(const struct provider_settings *provider,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, int64_t now_ms, struct arena *arena, struct client_reading *out)
{
	struct ecartpay_reader r = {
	    .provider = provider,
	    .options = ecartpay_options_of(provider),
	    .object = object,
	    .kind = client_kind_find(&ecartpay_client, object->kind),
	    .replies = replies,
	    .n = n,
	    .arena = arena,
	    .reading = out,
	    .out = &out->observation,
	};

	(void)now_ms;
	memset(out, 0, sizeof(*out));
	fields_init(&r.fields, arena);
	if (n == 0 || r.kind == NULL) {
		reading_refuse(out, VERDICT_GARBLED, "nothing was asked");
		return;
	}
	if (ecartpay_is_searched(object))
		ecartpay_search(&r);
	else
		read_one(&r);
	if (out->verdict == VERDICT_TRUTH || out->verdict == VERDICT_MORE)
		reading_close(&r.fields, arena, out);
}
