/* Where something is that may have to be looked for: the questions. */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"

#include "clients/ecartpay.h"

enum { PATH_BYTES_MAX = 4096 };

bool ecartpay_is_billing(const struct client_object *object)
{
	return strcmp(object->kind, ECARTPAY_BILLING) == 0;
}

bool ecartpay_is_searched(const struct client_object *object)
{
	return ecartpay_is_billing(object) ||
	       (strcmp(object->kind, ECARTPAY_TRANSACTION) == 0 &&
		   ecartpay_is_number(object->id));
}

size_t ecartpay_page_size(
    const struct client_object *object, const struct ecartpay_options *options)
{
	return ecartpay_is_billing(object) ? (size_t)options->billing_page_size
					   : ECARTPAY_PAGE_SIZE;
}

bool ecartpay_owner(
    const struct client_object *object, struct ecartpay_owner *out)
{
	const char *id = object->parent_id;
	size_t n;

	memset(out, 0, sizeof(*out));
	if (id == NULL || !text_equal(object->parent_kind, ECARTPAY_USER))
		return false;
	n = strcspn(id, "/");
	if (n > ECARTPAY_USER_MAX)
		return false;
	memcpy(out->user, id, n);
	out->provider = id[n] == '/' ? id + n + 1 : NULL;
	return ecartpay_user_is_valid(out->user) &&
	       (out->provider == NULL || ecartpay_is_object(out->provider));
}

/* An id of the documented form, or NULL: a hint at most. */
static const char *hint(struct arena *arena, const field_value *from,
    const char *name, bool (*is_valid)(const char *id))
{
	struct fields probe;
	const char *id;

	fields_init(&probe, arena);
	id = field_id(&probe, from, name, NAME_ID_MAX);
	return id != NULL && is_valid(id) ? id : NULL;
}

const char *ecartpay_user_of(struct arena *arena, const field_value *thing)
{
	const char *user =
	    hint(arena, thing, "user_id", ecartpay_user_is_valid);
	const char *provider =
	    hint(arena, thing, "provider_id", ecartpay_is_object);

	if (user == NULL || provider == NULL)
		return user;
	return arena_printf(arena, "%s/%s", user, provider);
}

const field_value *ecartpay_docs(struct fields *fields, const field_value *root)
{
	return json_is_array(root) ? root : field_array(fields, root, "docs");
}

/* Without a filter the narrow question would be the wide one. */
static bool has_narrow(
    const struct client_object *object, const struct ecartpay_options *options)
{
	struct ecartpay_owner owner;

	if (!ecartpay_is_billing(object))
		return true;
	return options->filter != ECARTPAY_NONE &&
	       *options->billing_user_parameter != '\0' &&
	       ecartpay_owner(object, &owner);
}

static void add_argument(struct buf *path, const char *name, const char *value)
{
	buf_addf(path, "%c%s=",
	    path->data != NULL && strchr(path->data, '?') != NULL ? '&' : '?',
	    name);
	text_escape_path(path, value);
}

static void add_number(struct buf *path, const char *name, size_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%zu", value);
	add_argument(path, name, text);
}

static void add_owner(struct buf *path, const struct client_object *object,
    const struct ecartpay_options *options)
{
	struct ecartpay_owner owner;

	if (!ecartpay_owner(object, &owner))
		return;
	add_argument(path, options->billing_user_parameter, owner.user);
	if (owner.provider != NULL &&
	    *options->billing_provider_parameter != '\0')
		add_argument(
		    path, options->billing_provider_parameter, owner.provider);
}

/* `next` is base64: what means something in a query is escaped. */
static void add_page(struct buf *path, const struct client_object *object,
    const struct ecartpay_options *options, const struct ecartpay_place *at)
{
	size_t size = ecartpay_page_size(object, options);

	if (size == 0)
		return;
	add_number(path, "limit", size);
	if (at->token != NULL)
		add_argument(path, "next", at->token);
	else
		add_number(path, "page", at->page);
}

const char *ecartpay_place_path(const struct client_object *object,
    const struct ecartpay_options *options, const struct ecartpay_place *at,
    struct arena *arena)
{
	const char *copy = NULL;
	struct buf path;

	buf_init(&path, PATH_BYTES_MAX);
	if (ecartpay_is_billing(object))
		buf_adds(&path, options->billing_path);
	else if (strcmp(object->kind, ECARTPAY_SUBSCRIPTION) == 0)
		buf_adds(&path, "/api/subscriptions");
	else
		buf_adds(&path, "/api/transactions");
	if (at->is_narrow && !ecartpay_is_billing(object)) {
		buf_addf(&path, "/%s", object->id);
	} else {
		if (at->is_narrow)
			add_owner(&path, object, options);
		add_page(&path, object, options, at);
	}
	if (path.error == 0)
		copy = arena_text(arena, buf_text(&path));
	buf_fini(&path);
	return copy;
}

struct ecartpay_place ecartpay_place_first(
    const struct client_object *object, const struct ecartpay_options *options)
{
	return (struct ecartpay_place){
	    .is_narrow = has_narrow(object, options), .page = 1};
}

int ecartpay_search_ask(const struct provider_settings *provider,
    const struct client_object *object, struct arena *arena,
    struct client_request *out)
{
	const struct ecartpay_options *options = ecartpay_options_of(provider);
	struct ecartpay_place at = ecartpay_place_first(object, options);

	return ecartpay_request(provider, object,
	    ecartpay_place_path(object, options, &at, arena), arena, out);
}
