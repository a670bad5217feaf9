/*
 * What an ecom9 answer means, and what both kinds need. customer_email and the
 * like are not looked at.
 */
#include <string.h>

#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/reading.h"

#include "clients/ecom9.h"

void ecom9_read_more(
    struct ecom9_reader *r, const struct ecom9_question *question)
{
	memset(r->reading, 0, sizeof(*r->reading));
	r->reading->verdict = VERDICT_MORE;
	/* a full arena is seen by all who read */
	(void)ecom9_ask(r->provider, question, r->arena, &r->reading->next);
}

const char *ecom9_read_name(
    struct ecom9_reader *r, const field_value *from, const char *path)
{
	const char *name = field_id(&r->fields, from, path, NAME_ID_MAX);

	if (name == NULL || *name == '\0')
		return NULL;
	if (!name_id_is_valid(name))
		field_complain(&r->fields, path, "not a name");
	return name;
}

/*
 * A value that cannot be an account reference is as good as none: refusing the
 * answer for it would hold back the status as well.
 */
static const char *pointed_at(
    const struct ecom9_reader *r, const field_value *from)
{
	const char *account;

	if (r->provider->account_from == NULL)
		return NULL;
	account = field_pointer(from, r->provider->account_from, r->arena);
	if (account == NULL || !name_account_is_valid(account))
		return NULL;
	return account;
}

void ecom9_read_owner(
    struct ecom9_reader *r, const field_value *from, const char *ref)
{
	const char *path = "account_ref_id";
	const char *got = field_id(&r->fields, from, path, NAME_ID_MAX);

	if (got == NULL)
		field_complain(&r->fields, path, "missing");
	else if (strcmp(got, ref) != 0)
		field_complain(
		    &r->fields, path, "the answer is about another account");
	/* it is its own customer: a link of ours is to this name */
	r->out->customer = got;
	r->out->account = pointed_at(r, from);
	if (r->out->account == NULL)
		r->out->account = got;
}

void ecom9_read(const struct provider_settings *provider,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, int64_t now_ms, struct arena *arena, struct client_reading *out)
{
	struct ecom9_reader r = {
	    .provider = provider,
	    .options = ecom9_options(provider),
	    .object = object,
	    .replies = replies,
	    .n = n,
	    .arena = arena,
	    .out = &out->observation,
	    .reading = out,
	};

	(void)now_ms;
	memset(out, 0, sizeof(*out));
	fields_init(&r.fields, arena);
	if (n == 0)
		reading_refuse(out, VERDICT_GARBLED, "nothing was asked");
	else if (strcmp(object->kind, ECOM9_ACCOUNT) == 0)
		ecom9_account(&r);
	else
		ecom9_transaction(&r);
	if (out->verdict != VERDICT_TRUTH && out->verdict != VERDICT_MORE)
		return;
	reading_close(&r.fields, arena, out);
}
