/* What an answer about a subscription means. */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/reading.h"

#include "clients/ecurring.h"

/*
 * account_from points into the object; written from the top of the document it
 * works too. A value that cannot be an account reference is as good as none:
 * metadata is free text, and refusing the answer for it would hold back the
 * status as well.
 */
static const char *account_of(struct ecurring_reader *r)
{
	const char *pointer = r->provider->account_from;
	const field_value *data;
	const char *account;

	if (pointer == NULL)
		return NULL;
	data = field_object(&r->fields, r->root, "data");
	account = field_pointer(data, pointer, r->arena);
	if (account == NULL)
		account = field_pointer(r->root, pointer, r->arena);
	if (account != NULL && !name_account_is_valid(account))
		return NULL;
	return account;
}

/* The id of a listed transaction, or NULL when it is none. */
static const char *member_id(struct arena *arena, const field_value *item)
{
	struct fields probe;
	const char *type;
	const char *id;

	fields_init(&probe, arena);
	type = field_text(&probe, item, "type", NAME_KIND_MAX);
	id = field_text(&probe, item, "id", NAME_ID_MAX);
	if (!text_equal(type, ECURRING_TRANSACTION) || id == NULL)
		return NULL;
	id = ecurring_uuid(arena, id);
	return id != NULL && ecurring_is_uuid(id) ? id : NULL;
}

static void read_members(struct ecurring_reader *r)
{
	const char *path = "data.relationships.transactions.data";
	const field_value *list = field_array(&r->fields, r->root, path);
	size_t n = field_count(list);
	struct member *members;

	if (n == 0)
		return;
	if (n > OBSERVATION_MEMBERS_MAX) {
		field_complain(&r->fields, path, "too many");
		return;
	}
	members = arena_alloc(r->arena, n, sizeof(*members));
	for (size_t i = 0; members != NULL && i < n; i++) {
		const char *id = member_id(r->arena, field_at(list, i));

		if (id != NULL)
			members[r->out->n_members++] = (struct member){
			    .kind = ECURRING_TRANSACTION, .id = id};
	}
	r->out->members = members;
}

/*
 * The answer has no moment of the last status change. updated_at is at or after
 * it; for a cancellation that has come, cancel_date is the moment itself.
 */
static struct ecurring_stamp changed_at(const struct ecurring_reader *r,
    struct ecurring_stamp cancelled, struct ecurring_stamp updated)
{
	int64_t known_ms = updated.ms != 0 ? updated.ms : r->now_ms;

	if (text_equal(r->out->status, "cancelled") && cancelled.ms != 0 &&
	    cancelled.ms <= known_ms)
		return cancelled;
	return updated;
}

static void read_grant(struct ecurring_reader *r, const char *plan,
    struct ecurring_stamp start, struct ecurring_stamp cancel)
{
	struct grant *grant = arena_alloc(r->arena, 1, sizeof(*grant));

	if (grant == NULL)
		return;
	grant->product = plan;
	grant->status = r->out->status;
	grant->state = r->out->state;
	grant->since_ms = start.ms;
	grant->until_ms = cancel.ms;
	grant->state_at_ms = r->out->changed_at_ms;
	r->out->grants = grant;
	r->out->n_grants = 1;
}

void ecurring_subscription(struct ecurring_reader *r)
{
	const char *plan =
	    ecurring_read_id(r, "data.relationships.subscription-plan.data.id");
	struct ecurring_stamp start =
	    ecurring_read_stamp(r, "data.attributes.start_date");
	struct ecurring_stamp cancel =
	    ecurring_read_stamp(r, "data.attributes.cancel_date");
	struct ecurring_stamp resume =
	    ecurring_read_stamp(r, "data.attributes.resume_date");
	struct ecurring_stamp updated =
	    ecurring_read_stamp(r, "data.attributes.updated_at");
	struct ecurring_stamp changed = changed_at(r, cancel, updated);
	struct fact *facts =
	    arena_alloc(r->arena, OBSERVATION_FACTS_MAX, sizeof(*facts));

	/* without it access would be open since ever */
	if (start.ms == 0)
		field_complain(
		    &r->fields, "data.attributes.start_date", "missing");
	r->out->customer =
	    ecurring_read_id(r, "data.relationships.customer.data.id");
	if (r->fields.error != NULL || facts == NULL)
		return;
	r->out->changed_at_ms = changed.ms;
	r->out->changed_at_text = changed.text;
	r->out->version_ms = updated.ms;
	reading_fact(r->out, facts, "plan", plan);
	reading_fact(r->out, facts, "start_date", start.text);
	reading_fact(r->out, facts, "cancel_date", cancel.text);
	reading_fact(r->out, facts, "resume_date", resume.text);
	r->out->facts = facts;
	reading_boundary(r->out, start.ms);
	reading_boundary(r->out, cancel.ms);
	reading_boundary(r->out, resume.ms);
	read_grant(r, plan, start, cancel);
	read_members(r);
	r->out->account = account_of(r);
}
