/*
 * What the month's providers answer, as their documents write it: a thing as it
 * was at some moment, or a page of a list.
 */
#ifndef TRUEUP_TESTS_CONTRACT_MONTH_REPLY_H
#define TRUEUP_TESTS_CONTRACT_MONTH_REPLY_H

#include "reconciler/base/buf.h"
#include "reconciler/base/clock.h"

#include "tests/contract/month_happen.h"

enum { PAGE_OF_ECURRING = 50, PAGE_OF_STRIPE = 100 };

struct answer {
	int status;
	const char *content_type;
	struct buf body;
	struct thing *thing; /* that it is about, or NULL */
	size_t version;	     /* which it shows, from 1 */
};

static inline void say_time(struct buf *out, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms == 0)
		buf_addf(out, "\"%s\":null,", name);
	else
		buf_addf(out, "\"%s\":\"%s\",", name, clock_format(ms, text));
}

/* ---- eCurring ----------------------------------------------------------- */

static inline void say_transactions(const struct month *m, struct buf *out,
    const struct thing *thing, int64_t at_ms)
{
	char id[WORLD_ID_MAX];
	const char *comma = "";

	buf_adds(out, "\"transactions\":{\"data\":[");
	for (size_t i = thing->child; i != 0; i = m->world.things[i].next) {
		if (thing_at(&m->world.things[i], at_ms) == NULL)
			continue;
		buf_addf(out, "%s{\"type\":\"transaction\",\"id\":\"%s\"}",
		    comma, thing_id(THING_TRANSACTION, i, id));
		comma = ",";
	}
	buf_adds(out, "]}");
}

static inline void say_subscription(const struct month *m, struct buf *out,
    const struct thing *thing, const struct version *v, int64_t at_ms)
{
	char account[WORLD_ACCOUNT_MAX];

	buf_addf(out,
	    "{\"data\":{\"type\":\"subscription\",\"id\":\"%zu\","
	    "\"attributes\":{\"status\":\"%s\",",
	    thing->number, v->status);
	say_time(out, "start_date", thing->was[0].at_ms);
	say_time(out, "cancel_date", v->until_ms);
	say_time(out, "resume_date", 0);
	say_time(out, "updated_at", v->at_ms);
	buf_addf(out, "\"metadata\":{\"account\":\"%s\"}},",
	    account_name(thing->account, account));
	buf_addf(out,
	    "\"relationships\":{\"subscription-plan\":{\"data\":{\"type\":"
	    "\"subscription-plan\",\"id\":\"%u\"}},\"customer\":{\"data\":{"
	    "\"type\":\"customer\",\"id\":\"%zu\"}},",
	    v->plan, thing->number);
	say_transactions(m, out, thing, at_ms);
	buf_adds(out, "}}}");
}

static inline void say_transaction(
    struct buf *out, const struct thing *thing, const struct version *v)
{
	char id[WORLD_ID_MAX];
	const char *comma = "";

	buf_addf(out,
	    "{\"data\":{\"type\":\"transaction\",\"id\":\"%s\","
	    "\"attributes\":{\"status\":\"%s\",\"amount\":12.5,"
	    "\"due_date\":null,\"canceled_on\":null,\"history\":[",
	    thing_id(THING_TRANSACTION, thing->number, id), v->status);
	for (const struct version *e = thing->was; e <= v; e++) {
		buf_addf(out, "%s{", comma);
		say_time(out, "recorded_on", e->at_ms);
		buf_addf(out,
		    "\"attempt\":1,\"reason\":null,\"reason_code\":null,"
		    "\"new_due_date\":null,\"status\":\"%s\"}",
		    e->status);
		comma = ",";
	}
	buf_adds(out, "]}}}");
}

/* By number, of what is there now, oldest first. */
static inline void say_page(
    const struct month *m, const char *path, struct answer *a)
{
	const char *at = strstr(path, "number%5D=");
	size_t page = at != NULL ? strtoul(at + 10, NULL, 10) : 1;
	size_t from = (page - 1) * PAGE_OF_ECURRING, n = 0;
	const char *comma = "";

	a->status = 200;
	buf_adds(&a->body, "{\"data\":[");
	for (size_t i = 0; i < m->world.n_listed[PLACE_ECURRING]; i++) {
		size_t number = m->world.listed[PLACE_ECURRING][i];

		if (thing_is_gone(&m->world.things[number], m->true_ms))
			continue;
		if (n >= from && n < from + PAGE_OF_ECURRING) {
			buf_addf(&a->body,
			    "%s{\"type\":\"subscription\",\"id\":\"%zu\"}",
			    comma, number);
			comma = ",";
		}
		n++;
	}
	buf_addf(&a->body, "],\"links\":{\"next\":%s}}",
	    n > from + PAGE_OF_ECURRING ? "\"https://more\"" : "null");
}

/* ---- Stripe ------------------------------------------------------------- */

static inline void say_second(struct buf *out, const char *name, int64_t ms)
{
	if (ms == 0)
		buf_addf(out, "\"%s\":null,", name);
	else
		buf_addf(out, "\"%s\":%lld,", name, (long long)(ms / 1000));
}

static inline void say_stripe(
    struct buf *out, const struct thing *thing, const struct version *v)
{
	bool over = version_is(v, "canceled");
	bool trial = version_is(v, "trialing");
	char account[WORLD_ACCOUNT_MAX];

	buf_addf(out,
	    "{\"id\":\"sub_%zu\",\"object\":\"subscription\","
	    "\"livemode\":true,\"status\":\"%s\",\"customer\":\"cus_%zu\",",
	    thing->number, v->status, thing->number);
	say_second(out, "created", thing->was[0].at_ms);
	say_second(out, "start_date", thing->was[0].at_ms);
	say_second(out, "cancel_at", over ? 0 : v->until_ms);
	say_second(out, "ended_at", over ? v->until_ms : 0);
	say_second(out, "trial_start", trial ? v->begins_ms : 0);
	say_second(out, "trial_end", trial ? v->ends_ms : 0);
	buf_addf(out,
	    "\"cancel_at_period_end\":%s,\"metadata\":{\"account_ref_id\":"
	    "\"%s\"},\"items\":{\"object\":\"list\",\"has_more\":false,"
	    "\"data\":[{\"id\":\"si_1\",\"object\":\"subscription_item\","
	    "\"quantity\":1,",
	    !over && v->until_ms != 0 ? "true" : "false",
	    account_name(thing->account, account));
	say_second(out, "current_period_start", v->begins_ms);
	say_second(out, "current_period_end", v->ends_ms);
	buf_addf(out,
	    "\"price\":{\"id\":\"price_%u\",\"product\":\"prod_%u\"}}]}}",
	    v->plan, v->plan);
}

/* Newest first, behind the one that is named; of the rest there is nothing. */
static inline void say_list(
    const struct month *m, const char *path, struct answer *a)
{
	const char *after = strstr(path, "starting_after=sub_");
	size_t n = m->world.n_listed[PLACE_STRIPE], shown = 0;
	const size_t *listed = m->world.listed[PLACE_STRIPE];

	a->status = 200;
	if (strncmp(path, "/v1/subscriptions?", 18) != 0)
		n = 0;
	if (after != NULL) {
		size_t number = strtoul(after + 19, NULL, 10);

		while (n > 0 && listed[n - 1] != number)
			n--;
		n -= n > 0;
	}
	buf_adds(&a->body, "{\"object\":\"list\",\"data\":[");
	for (; n > 0 && shown < PAGE_OF_STRIPE; n--, shown++)
		buf_addf(&a->body,
		    "%s{\"id\":\"sub_%zu\",\"object\":\"subscription\","
		    "\"livemode\":true}",
		    shown > 0 ? "," : "", listed[n - 1]);
	buf_addf(&a->body, "],\"has_more\":%s}", n > 0 ? "true" : "false");
}

/* ---- any of them -------------------------------------------------------- */

static inline struct thing *thing_of_path(
    const struct month *m, enum place place, const char *path)
{
	static const char transaction[] =
	    "/transactions/7c0ffee0-0000-4000-8000-";

	if (place == PLACE_STRIPE)
		return strncmp(path, "/v1/subscriptions/sub_", 22) == 0
			   ? world_find(&m->world, THING_STRIPE, path + 22)
			   : NULL;
	if (strncmp(path, transaction, sizeof(transaction) - 1) == 0)
		return world_find(&m->world, THING_TRANSACTION,
		    path + sizeof(transaction) - 1);
	return strncmp(path, "/subscriptions/", 15) == 0
		   ? world_find(&m->world, THING_SUBSCRIPTION, path + 15)
		   : NULL;
}

static inline void say_thing(
    const struct month *m, struct thing *thing, int64_t at_ms, struct answer *a)
{
	const struct version *v = thing_at(thing, at_ms);

	if (v == NULL || thing_is_gone(thing, at_ms)) {
		a->status = v != NULL && thing->for_sure ? 410 : 404;
		return;
	}
	a->status = 200;
	a->thing = thing;
	a->version = (size_t)(v - thing->was) + 1;
	if (thing->kind == THING_STRIPE)
		say_stripe(&a->body, thing, v);
	else if (thing->kind == THING_TRANSACTION)
		say_transaction(&a->body, thing, v);
	else
		say_subscription(m, &a->body, thing, v, at_ms);
}

/* The answer of a provider in whose replica it is at_ms. */
static inline void say(const struct month *m, enum place place,
    const char *path, int64_t at_ms, struct answer *a)
{
	struct thing *thing = thing_of_path(m, place, path);

	a->content_type = place == PLACE_STRIPE ? "application/json"
						: "application/vnd.api+json";
	if (thing != NULL)
		say_thing(m, thing, at_ms, a);
	else if (strchr(path, '?') == NULL)
		a->status = 404;
	else if (place == PLACE_STRIPE)
		say_list(m, path, a);
	else
		say_page(m, path, a);
}

#endif
