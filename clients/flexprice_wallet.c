/*
 * What answers about wallets and customers mean. A wallet is a balance, not a
 * grant; a customer is looked at for whose its things are.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/reading.h"

#include "clients/flexprice.h"

enum { UNIT_MAX = 32 };

/* The number one, as "1" or "1.00"; absent it is one too. */
static bool is_one(const char *rate)
{
	if (rate == NULL || strcmp(rate, "1") == 0)
		return true;
	return strncmp(rate, "1.", 2) == 0 &&
	       rate[2 + strspn(rate + 2, "0")] == '\0';
}

/*
 * What is counted are credits. They are the currency itself only where one of
 * them is worth one of it (Flexprice documentation, "Conversion rate").
 */
static const char *read_unit(struct flexprice_look *look)
{
	struct fields *fields = &look->fields;
	const char *currency =
	    field_text(fields, look->root, "currency", UNIT_MAX);
	const char *rate =
	    flexprice_decimal(fields, look->root, "conversion_rate");

	if (currency == NULL || *currency == '\0')
		return "credits";
	return is_one(rate) ? currency
			    : arena_printf(look->arena, "credits of %s %s",
				  rate, currency);
}

/* What is in a closed wallet is not to be had any more. */
static void add_credit(struct flexprice_look *look)
{
	struct fields *fields = &look->fields;
	struct credit *credit = arena_alloc(look->arena, 1, sizeof(*credit));
	const char *amount =
	    flexprice_decimal(fields, look->root, "credit_balance");
	const char *unit = read_unit(look);

	if (amount == NULL)
		field_complain(fields, "credit_balance", "missing");
	if (credit == NULL || fields->error != NULL ||
	    look->out->state == STATE_ENDED)
		return;
	*credit = (struct credit){.amount = amount, .unit = unit};
	look->out->credits = credit;
	look->out->n_credits = 1;
}

void flexprice_wallet(struct flexprice_look *look)
{
	struct fields *fields = &look->fields;
	const char *customer = flexprice_id(fields, look->root, "customer_id");

	if (customer == NULL)
		field_complain(fields, "customer_id", "missing");
	flexprice_changed(look, NULL, "updated_at");
	add_credit(look);
	flexprice_fact_decimal(look, "credit_balance", "credit_balance");
	flexprice_fact_text(look, "currency", "currency");
	flexprice_fact_decimal(look, "conversion_rate", "conversion_rate");
	flexprice_fact_text(look, "wallet_type", "wallet_type");
	(void)flexprice_owner(look, look->root, customer);
}

/* ---- customer -------------------------------------------------------------
 */

/* An element is a subscription, or its id. */
static const char *id_of(struct flexprice_look *look, const field_value *item)
{
	struct fields probe;
	const char *id;

	fields_init(&probe, look->arena);
	id = flexprice_id(&probe, item, "id");
	if (id != NULL)
		return id;
	fields_init(&probe, look->arena);
	return flexprice_id(&probe, item, "subscription_id");
}

/*
 * Its subscriptions are to be looked at: another external_id makes them another
 * account's.
 */
static void follow_subscriptions(struct flexprice_look *look)
{
	static const char operation[] = "customer_entitlements";
	const field_value *answer = NULL;
	const field_value *list;
	const char *path = arena_printf(
	    look->arena, "/customers/%s/entitlements", look->object->id);

	switch (flexprice_step(look, path, operation, &answer)) {
	case FLEXPRICE_HALT:
	case FLEXPRICE_ABSENT:
		return;
	case FLEXPRICE_REFUSED:
		flexprice_refused(look, operation);
		return;
	case FLEXPRICE_ANSWER:
		break;
	}
	list = field_array(&look->fields, answer, "subscriptions");
	for (size_t i = 0; i < field_count(list); i++)
		reading_also(look->reading, FLEXPRICE_SUBSCRIPTION,
		    id_of(look, field_at(list, i)));
}

void flexprice_customer(struct flexprice_look *look)
{
	const char *pointer = look->provider->account_from;
	const char *account = NULL;

	flexprice_changed(look, NULL, "updated_at");
	look->out->customer = look->object->id;
	if (pointer != NULL)
		account = field_pointer(look->root, pointer, look->arena);
	if (account == NULL || !name_account_is_valid(account))
		account =
		    flexprice_external_id(look, look->root, "external_id");
	look->out->account = account;
	reading_fact(look->out, look->facts, "external_id", account);
	if (look->options->entitlements)
		follow_subscriptions(look);
}

void flexprice_external(struct flexprice_look *look)
{
	const char *name = field_need_text(
	    &look->fields, look->root, "external_id", NAME_ID_MAX);
	const char *customer = flexprice_id(&look->fields, look->root, "id");

	if (name != NULL && strcmp(name, look->object->id) != 0)
		field_complain(&look->fields, "external_id",
		    "the answer is about another customer");
	look->out->pointer = true;
	reading_also(look->reading, FLEXPRICE_CUSTOMER, customer);
}
