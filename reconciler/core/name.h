/*
 * What things are called. An object is (provider, kind, id); an account is the
 * user's own reference, any UTF-8. Bounds and alphabets live here, so that no
 * other file invents its own.
 */
#ifndef TRUEUP_CORE_NAME_H
#define TRUEUP_CORE_NAME_H

#include <stdbool.h>
#include <stddef.h>

enum { /* bytes, without the NUL */
	NAME_PROVIDER_MAX = 32,
	NAME_KIND_MAX = 24,
	NAME_ID_MAX = 200,
	NAME_ACCOUNT_MAX = 240, /* PROVIDER/CUSTOMER always fits */
};

/* An object's name. All three are borrowed and never NULL. */
struct object_ref {
	const char *provider;
	const char *kind;
	const char *id;
};

/* name_provider_is_valid(text): [a-z0-9][a-z0-9_-]*, 1..NAME_PROVIDER_MAX. */
bool name_provider_is_valid(const char *text);
/* name_kind_is_valid(text): the same alphabet, 1..NAME_KIND_MAX. */
bool name_kind_is_valid(const char *text);
/*
 * name_id_is_valid(text): 1..NAME_ID_MAX bytes of UTF-8 without control
 * characters; the client type narrows it to the provider's documented form.
 */
bool name_id_is_valid(const char *text);
/* name_account_is_valid(text): as an id, 1..NAME_ACCOUNT_MAX bytes. */
bool name_account_is_valid(const char *text);
/* name_ref_is_valid(ref): all three parts. */
bool name_ref_is_valid(const struct object_ref *ref);
bool name_ref_equal(const struct object_ref *a, const struct object_ref *b);
/*
 * name_ref_same(a, b): they are equal because they have their texts in common.
 * Cheaper; false says nothing.
 */
bool name_ref_same(const struct object_ref *a, const struct object_ref *b);

/*
 * name_default_account(provider, customer, out, cap): "PROVIDER/CUSTOMER", the
 * account of a customer that nobody linked. 0, or ERR_FULL.
 */
int name_default_account(
    const char *provider, const char *customer, char *out, size_t cap);

#endif
