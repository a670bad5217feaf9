#include <string.h>

#include "cache/store.h"
#include "clients/client.h"

#include "reconciler/base/clock.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/barrier_parts.h"

#include "reconciler/io/barrier.h"

/* ---- the list ----------------------------------------------------------- */

static struct awaited *find(struct barrier *b, const struct object_ref *ref)
{
	for (size_t i = 0; i < b->n; i++) {
		if (name_ref_equal(&b->awaited[i].ref, ref))
			return &b->awaited[i];
	}
	return NULL;
}

int barrier_add(struct barrier *b, const struct awaited *given)
{
	struct awaited *a;

	if (!name_ref_is_valid(&given->ref) || find(b, &given->ref) != NULL)
		return 0;
	if (b->awaited == NULL || b->n == BARRIER_OBJECTS_MAX)
		return err_set(&b->err, ERR_FULL,
		    "there are more than %d objects: refresh them one by one",
		    BARRIER_OBJECTS_MAX);
	a = &b->awaited[b->n];
	*a = *given;
	a->ref.provider = arena_text(&b->arena, given->ref.provider);
	a->ref.kind = arena_text(&b->arena, given->ref.kind);
	a->ref.id = arena_text(&b->arena, given->ref.id);
	a->parent_kind = arena_text(&b->arena, given->parent_kind);
	a->parent_id = arena_text(&b->arena, given->parent_id);
	if (arena_failed(&b->arena))
		return err_set(&b->err, ERR_FULL, "no memory for the objects");
	b->n++;
	b->n_open++;
	return 0;
}

/* ---- what is wanted ------------------------------------------------------ */

static bool is_granting(
    const struct account_view *seen, const struct object_ref *ref)
{
	for (size_t i = 0; i < seen->n_grants; i++) {
		if (name_ref_equal(&seen->grants[i].object, ref))
			return true;
	}
	return false;
}

int barrier_add_recorded(struct barrier *b)
{
	struct account_view seen;
	int rc = store_view_account(b->view, b->settings, b->account,
	    clock_wall_ms(), &b->scratch, &seen, &b->err);

	for (size_t i = 0; rc == 0 && i < seen.n_objects; i++) {
		struct awaited one = {.ref = seen.objects[i].ref,
		    .trusted = true,
		    .grants = is_granting(&seen, &seen.objects[i].ref)};

		rc = barrier_add(b, &one);
	}
	return rc;
}

/* A name under which the provider may know somebody. */
static int add_guesses(struct barrier *b, const struct provider_settings *p,
    const struct client_notices *found, bool trusted)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < found->n; i++) {
		const struct client_notice *notice = &found->items[i];
		struct awaited one = {
		    .ref = {p->name, notice->kind, notice->id},
		    .parent_kind = notice->parent_kind,
		    .parent_id = notice->parent_id,
		    .guess = true,
		    .trusted = trusted,
		    .grants = true};

		rc = barrier_add(b, &one);
	}
	return rc;
}

static int add_by_account(struct barrier *b)
{
	struct client_notices found = {.n = 0};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < b->settings->n_providers; i++) {
		const struct provider_settings *p = &b->settings->providers[i];

		if (p->client->by_account == NULL)
			continue;
		p->client->by_account(p, b->account, &b->arena, &found);
		rc = add_guesses(b, p, &found, false);
	}
	return rc;
}

static bool has_object_of(const struct barrier *b, const char *provider)
{
	for (size_t i = 0; i < b->n; i++) {
		if (!b->awaited[i].guess &&
		    strcmp(b->awaited[i].ref.provider, provider) == 0)
			return true;
	}
	return false;
}

static int add_customer(
    struct barrier *b, const char *provider, const char *customer, bool trusted)
{
	const struct provider_settings *p =
	    settings_provider(b->settings, provider);
	struct client_notices found = {.n = 0};

	if (p == NULL || p->client->by_customer == NULL ||
	    has_object_of(b, provider))
		return 0;
	p->client->by_customer(p, customer, &b->arena, &found);
	return add_guesses(b, p, &found, trusted);
}

static int add_linked(struct barrier *b)
{
	const struct linked_customer *links;
	size_t n;
	int rc = store_view_links(
	    b->view, b->account, &b->scratch, &links, &n, &b->err);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc =
		    add_customer(b, links[i].provider, links[i].customer, true);
	return rc;
}

/* An account that nobody named is called PROVIDER/CUSTOMER. */
static int add_by_name(struct barrier *b)
{
	const char *slash = strchr(b->account, '/');
	const char *linked = NULL;
	const char *provider;
	struct err_text ignored;
	int rc;

	if (slash == NULL || !name_id_is_valid(slash + 1))
		return 0;
	provider =
	    arena_bytes(&b->scratch, b->account, (size_t)(slash - b->account));
	if (provider == NULL || !name_provider_is_valid(provider))
		return 0;
	rc = store_view_link(
	    b->view, provider, slash + 1, &b->scratch, &linked, &ignored);
	if (rc == 0)
		return 0; /* somebody else's by now */
	return add_customer(b, provider, slash + 1, false);
}
int barrier_want_account(
    struct barrier *b, const char *account, struct err_text *err)
{
	int rc = barrier_open_view(b);

	b->account = arena_text(&b->arena, account);
	if (rc == 0 && b->account == NULL)
		rc = err_set(&b->err, ERR_FULL, "no memory for the account");
	if (rc == 0)
		rc = barrier_add_recorded(b);
	if (rc == 0 && b->n == 0)
		rc = add_by_account(b);
	if (rc == 0)
		rc = add_linked(b);
	if (rc == 0)
		rc = add_by_name(b);
	barrier_close_view(b);
	if (rc != 0)
		*err = b->err;
	return rc;
}

int barrier_want_object(struct barrier *b, const struct object_ref *ref,
    const char *parent_kind, const char *parent_id, struct err_text *err)
{
	struct awaited one = {.ref = *ref,
	    .parent_kind = parent_kind,
	    .parent_id = parent_id,
	    .guess = true};
	int rc = barrier_add(b, &one);

	if (rc != 0)
		*err = b->err;
	return rc;
}
