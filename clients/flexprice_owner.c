/* Whose an object is: its customer, and which account that is. */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/reading.h"

#include "clients/flexprice.h"

/*
 * A replica that does not know a young object's customer or entitlements yet:
 * they are looked at once more.
 */
#define YOUNG_MS (INT64_C(10) * 60 * 1000)
#define AGAIN_MS (INT64_C(60) * 1000)

void flexprice_look_again(struct flexprice_look *look)
{
	int64_t made_ms =
	    flexprice_time(&look->fields, look->root, "created_at", NULL);

	if (look->now_ms - made_ms < YOUNG_MS)
		reading_boundary(look->out, look->now_ms + AGAIN_MS);
}

const char *flexprice_external_id(
    struct flexprice_look *look, const field_value *from, const char *path)
{
	const char *account =
	    field_cut(&look->fields, from, path, NAME_ACCOUNT_MAX + 1);

	return account != NULL && name_account_is_valid(account) ? account
								 : NULL;
}

/* The customer that stands inside of an answer, if it is the one and whole. */
static bool is_inside(
    struct flexprice_look *look, const field_value *from, const char *customer)
{
	struct fields probe;

	fields_init(&probe, look->arena);
	return text_equal(field_text(&probe, from, "customer.id", NAME_ID_MAX),
		   customer) &&
	       field_has_key(from, "customer.external_id");
}

static bool ask_owner(struct flexprice_look *look, const char *customer)
{
	const field_value *root = NULL;
	const char *path = arena_printf(look->arena, "/customers/%s", customer);

	switch (flexprice_step(look, path, FLEXPRICE_CUSTOMER, &root)) {
	case FLEXPRICE_HALT:
		return false;
	case FLEXPRICE_ABSENT:
		flexprice_look_again(look);
		return true;
	case FLEXPRICE_REFUSED:
		flexprice_refused(look, FLEXPRICE_CUSTOMER);
		return false;
	case FLEXPRICE_ANSWER:
		break;
	}
	if (!text_equal(flexprice_id(&look->fields, root, "id"), customer))
		field_complain(&look->fields, "customer.id",
		    "the answer is about another object");
	look->out->account = flexprice_external_id(look, root, "external_id");
	return look->fields.error == NULL;
}

bool flexprice_owner(
    struct flexprice_look *look, const field_value *from, const char *customer)
{
	const char *pointer = look->provider->account_from;
	const char *account = NULL;

	if (look->fields.error != NULL)
		return false;
	if (pointer != NULL)
		account = field_pointer(look->root, pointer, look->arena);
	look->out->customer = customer;
	if (account != NULL && name_account_is_valid(account))
		look->out->account = account;
	else if (customer == NULL)
		return true;
	else if (is_inside(look, from, customer))
		look->out->account =
		    flexprice_external_id(look, from, "customer.external_id");
	else
		return ask_owner(look, customer);
	return look->fields.error == NULL;
}
