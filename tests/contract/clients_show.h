/* What a client hands out, as text for people: the form of the fixtures. */
#ifndef TRUEUP_TESTS_CONTRACT_CLIENTS_SHOW_H
#define TRUEUP_TESTS_CONTRACT_CLIENTS_SHOW_H

#include <inttypes.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/core/observation.h"
#include "reconciler/core/state.h"

#include "clients/client.h"

/* " name TEXT", nothing when there is no text. */
static inline void show_text(
    struct buf *out, const char *name, const char *text)
{
	if (text != NULL)
		buf_addf(out, " %s %s", name, text);
}

static inline void show_time(struct buf *out, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms != 0)
		buf_addf(out, " %s %s", name, clock_format(ms, text));
}

static inline void show_line(
    struct buf *out, const char *name, const char *text)
{
	if (text != NULL)
		buf_addf(out, "%s %s\n", name, text);
}

static inline void show_moment(struct buf *out, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms != 0)
		show_line(out, name, clock_format(ms, text));
}

static inline void show_notices(struct buf *out, int rc,
    const struct client_notices *notices, const struct err_text *err)
{
	if (rc != 0) {
		buf_addf(out, "refused %s: %s\n", err_name(rc), err->text);
		return;
	}
	show_line(out, "ignored", notices->ignored);
	for (size_t i = 0; i < notices->n; i++) {
		const struct client_notice *notice = &notices->items[i];

		buf_addf(out, "notice %s %s", notice->kind, notice->id);
		show_text(out, "parent", notice->parent_kind);
		if (notice->parent_id != NULL)
			buf_addf(out, " %s", notice->parent_id);
		show_text(out, "delivery", notice->delivery_id);
		buf_adds(out, "\n");
	}
}

static inline void show_request(
    struct buf *out, const struct client_request *request)
{
	const char *method = request->method;

	buf_addf(out, "ask %s %s operation %s\n",
	    method != NULL ? method : "GET", request->path, request->operation);
	for (size_t i = 0; i < request->n_headers; i++)
		buf_addf(out, "header %s: %s\n", request->headers[i].name,
		    request->headers[i].value);
}

static inline void show_listed(struct buf *out, const struct observation *obs)
{
	for (size_t i = 0; i < obs->n_listed; i++) {
		const struct listed *entry = &obs->listed[i];

		buf_addf(out, "listed %s %s", entry->status,
		    state_name(entry->state));
		show_time(out, "at", entry->at_ms);
		show_text(out, "text", entry->at_text);
		buf_addf(out, " attempt %" PRId64, entry->attempt);
		show_text(out, "code", entry->reason_code);
		show_text(out, "reason", entry->reason);
		buf_adds(out, "\n");
	}
}

static inline void show_grants(struct buf *out, const struct observation *obs)
{
	for (size_t i = 0; i < obs->n_grants; i++) {
		const struct grant *grant = &obs->grants[i];

		buf_addf(out, "grant %s %s", grant->status,
		    state_name(grant->state));
		show_text(out, "product", grant->product);
		show_text(out, "label", grant->label);
		show_text(out, "quantity", grant->quantity);
		show_time(out, "since", grant->since_ms);
		show_time(out, "until", grant->until_ms);
		show_time(out, "state_at", grant->state_at_ms);
		show_time(out, "renews", grant->renews_ms);
		buf_adds(out, "\n");
	}
}

static inline void show_credits(struct buf *out, const struct observation *obs)
{
	for (size_t i = 0; i < obs->n_credits; i++) {
		const struct credit *credit = &obs->credits[i];

		buf_addf(out, "credit %s", credit->amount);
		show_text(out, "unit", credit->unit);
		show_text(out, "product", credit->product);
		buf_adds(out, "\n");
	}
}

static inline void show_effects(struct buf *out, const struct observation *obs)
{
	for (size_t i = 0; i < obs->n_effects; i++) {
		const struct effect *effect = &obs->effects[i];

		buf_addf(out, "effect %s on %s %s", effect_name(effect->kind),
		    effect->target.kind, effect->target.id);
		show_time(out, "at", effect->at_ms);
		show_time(out, "until", effect->until_ms);
		buf_adds(out, "\n");
	}
}

static inline void show_observation(
    struct buf *out, const struct observation *obs)
{
	buf_addf(out, "status %s %s\n", obs->status, state_name(obs->state));
	show_moment(out, "changed", obs->changed_at_ms);
	show_line(out, "changed_text", obs->changed_at_text);
	show_moment(out, "version", obs->version_ms);
	if (obs->lists_history)
		buf_adds(out, "lists history\n");
	show_listed(out, obs);
	for (size_t i = 0; i < obs->n_facts; i++)
		buf_addf(out, "fact %s %s\n", obs->facts[i].name,
		    obs->facts[i].value);
	show_grants(out, obs);
	show_credits(out, obs);
	show_line(out, "customer", obs->customer);
	show_line(out, "account", obs->account);
	for (size_t i = 0; i < obs->n_members; i++)
		buf_addf(out, "member %s %s\n", obs->members[i].kind,
		    obs->members[i].id);
	for (size_t i = 0; i < obs->n_boundaries; i++)
		show_moment(out, "boundary", obs->boundaries_ms[i]);
	show_moment(out, "reversible_until", obs->reversible_until_ms);
	show_effects(out, obs);
	if (obs->other_mode)
		buf_adds(out, "other mode\n");
	if (obs->pointer)
		buf_adds(out, "pointer\n");
}

static inline void show_also(struct buf *out, const struct member *also)
{
	buf_addf(out, "also %s %s", also->kind, also->id);
	show_text(out, "parent", also->parent_kind);
	if (also->parent_id != NULL)
		buf_addf(out, " %s", also->parent_id);
	buf_adds(out, "\n");
}

static inline void show_reading(
    struct buf *out, const struct client_reading *reading)
{
	buf_addf(out, "verdict %s\n", verdict_name(reading->verdict));
	if (reading->gone_for_sure)
		buf_adds(out, "gone for sure\n");
	show_line(out, "cause", reading->cause);
	if (reading->verdict == VERDICT_TRUTH)
		show_observation(out, &reading->observation);
	if (reading->verdict == VERDICT_MORE)
		show_request(out, &reading->next);
	for (size_t i = 0; i < reading->n_also; i++)
		show_also(out, &reading->also[i]);
}

#endif
