#include <stdio.h>
#include <string.h>

#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/core/name.h"

bool name_provider_is_valid(const char *text)
{
	return text != NULL && text_is_name(text, NAME_PROVIDER_MAX);
}

bool name_kind_is_valid(const char *text)
{
	return text != NULL && text_is_name(text, NAME_KIND_MAX);
}

static bool is_text(const char *text, size_t max)
{
	size_t len;

	if (text == NULL)
		return false;
	len = strnlen(text, max + 1);
	return len >= 1 && len <= max && text_is_utf8(text, len) &&
	       !text_has_control(text, len);
}

bool name_id_is_valid(const char *text)
{
	return is_text(text, NAME_ID_MAX);
}

bool name_account_is_valid(const char *text)
{
	return is_text(text, NAME_ACCOUNT_MAX);
}

bool name_ref_is_valid(const struct object_ref *ref)
{
	return name_provider_is_valid(ref->provider) &&
	       name_kind_is_valid(ref->kind) && name_id_is_valid(ref->id);
}

bool name_ref_equal(const struct object_ref *a, const struct object_ref *b)
{
	return strcmp(a->provider, b->provider) == 0 &&
	       strcmp(a->kind, b->kind) == 0 && strcmp(a->id, b->id) == 0;
}

bool name_ref_same(const struct object_ref *a, const struct object_ref *b)
{
	return a->id == b->id && a->kind == b->kind &&
	       a->provider == b->provider;
}

int name_default_account(
    const char *provider, const char *customer, char *out, size_t cap)
{
	int len = snprintf(out, cap, "%s/%s", provider, customer);

	if (len >= 0 && (size_t)len < cap)
		return 0;
	if (cap > 0)
		out[0] = '\0';
	return ERR_FULL;
}
