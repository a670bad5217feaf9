/*
 * What every client promises, whatever a stranger sends: what it takes from a
 * notification, and what it makes of answers.
 */
#ifndef TRUEUP_TESTS_FUZZ_PROMISES_H
#define TRUEUP_TESTS_FUZZ_PROMISES_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/decimal.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PROMISES_FACT_MAX = 2000 /* bytes of one fact */ };

/* A broken promise must stop the fuzzer, with assertions compiled out too. */
static inline void must(bool holds)
{
	if (!holds)
		abort();
}

/* ---- notifications ------------------------------------------------------ */

/* A name that may touch a path; a parent may be of a kind of its own. */
static inline void promises_notice(const struct client *client,
    const struct provider_settings *provider, struct arena *arena,
    const struct client_notice *notice, const char *never)
{
	const struct client_object object = {.kind = notice->kind,
	    .id = notice->id,
	    .parent_kind = notice->parent_kind,
	    .parent_id = notice->parent_id};
	const struct client_kind *parent = NULL;
	struct client_request request;
	struct err_text err;

	must(client_kind_find(client, notice->kind)->id_is_valid(notice->id));
	if (notice->parent_id != NULL)
		parent = client_kind_find(client, notice->parent_kind);
	must(parent == NULL || parent->id_is_valid(notice->parent_id));
	must(notice->delivery_id == NULL ||
	     name_id_is_valid(notice->delivery_id));
	must(client->ask(provider, &object, arena, &request, &err) == 0);
	must(request.path[0] == '/' && strpbrk(request.path, never) == NULL);
}

/*
 * What identify makes of a notification, and its result: the notices, of whose
 * first questions no path has a byte of `never`.
 */
static inline int promises_hook(const struct client *client,
    const struct provider_settings *provider, const struct client_hook *hook,
    const char *never, struct arena *arena, struct client_notices *out)
{
	struct err_text err = {""};
	int rc = client->identify(provider, hook, arena, out, &err);

	must(rc == 0 || rc == ERR_BAD || rc == ERR_FULL || rc == ERR_DENIED);
	if (rc == 0)
		must(out->n > 0 || out->ignored != NULL);
	else
		must(out->n == 0 && err.text[0] != '\0');
	for (size_t i = 0; i < out->n; i++)
		promises_notice(client, provider, arena, &out->items[i], never);
	return rc;
}

/* ---- answers ------------------------------------------------------------ */

/*
 * The bytes behind the first two, which are the arena's size, with a NUL behind
 * them; to be freed. NULL: there are no two.
 */
static inline char *promises_body(
    const uint8_t *data, size_t size, size_t *len, size_t *arena_max)
{
	char *body = size < 2 ? NULL : malloc(size - 1);

	if (body == NULL)
		return NULL;
	*len = size - 2;
	*arena_max = (size_t)data[0] << 8 | data[1];
	memcpy(body, data + 2, *len);
	body[*len] = '\0';
	return body;
}

static inline void promises_members(
    const struct client *client, const struct member *members, size_t n)
{
	for (size_t i = 0; i < n; i++)
		must(client_kind_find(client, members[i].kind)
			 ->id_is_valid(members[i].id));
}

static inline void promises_grants(const struct observation *obs)
{
	must(obs->n_grants <= OBSERVATION_GRANTS_MAX);
	for (size_t i = 0; i < obs->n_grants; i++) {
		const struct grant *grant = &obs->grants[i];

		must(grant->status[0] != '\0');
		must(
		    grant->product == NULL || name_id_is_valid(grant->product));
		must(grant->label == NULL || name_id_is_valid(grant->label));
		must(grant->quantity == NULL ||
		     decimal_is_unsigned(grant->quantity));
	}
}

static inline void promises_observation(
    const struct client *client, const struct observation *obs)
{
	must(obs->status[0] != '\0');
	must(strlen(obs->status) <= OBSERVATION_WORD_MAX);
	must(obs->n_facts <= OBSERVATION_FACTS_MAX);
	must(obs->n_boundaries <= OBSERVATION_BOUNDARIES_MAX);
	must(obs->customer == NULL || name_id_is_valid(obs->customer));
	must(obs->account == NULL || name_account_is_valid(obs->account));
	for (size_t i = 0; i < obs->n_facts; i++)
		must(strlen(obs->facts[i].value) <= PROMISES_FACT_MAX);
	for (size_t i = 0; i < obs->n_credits; i++)
		must(obs->credits[i].amount[0] != '\0');
	promises_grants(obs);
	for (size_t i = 0; i < obs->n_effects; i++) {
		must(obs->effects[i].kind < EFFECT_COUNT);
		promises_members(client, &obs->effects[i].target, 1);
	}
	promises_members(client, obs->members, obs->n_members);
}

/* What is read of answers that are not 401 or 403; what is asked further is a
 * path of ours. */
static inline void promises_reading(
    const struct client *client, const struct client_reading *reading)
{
	const char *path = reading->next.path;

	must(reading->verdict != VERDICT_BARRED);
	must((reading->cause == NULL) == (reading->verdict == VERDICT_TRUTH ||
					     reading->verdict == VERDICT_MORE));
	must(reading->cause == NULL || strlen(reading->cause) < 500);
	if (reading->verdict == VERDICT_TRUTH)
		promises_observation(client, &reading->observation);
	if (reading->verdict == VERDICT_MORE)
		must(path[0] == '/' && strstr(path, "..") == NULL &&
		     strpbrk(path, " \\\r\n#") == NULL);
	promises_members(client, reading->also, reading->n_also);
}

/* One look, whose answers are the texts that NUL bytes part. */
static inline void promises_look(const struct client *client,
    const struct client_object *object, const char *body, size_t len,
    size_t arena_max)
{
	const struct provider_settings provider = {.name = "shop"};
	struct client_reply replies[6];
	struct client_reading reading;
	struct arena arena;
	size_t n = 0;

	for (size_t at = 0; n < 6 && at <= len; n++) {
		replies[n] = (struct client_reply){.status = 200,
		    .content_type = "application/json",
		    .body = body + at,
		    .len = strlen(body + at)};
		at += replies[n].len + 1;
	}
	arena_init(&arena, arena_max);
	client->read(&provider, object, replies, n, 1, &arena, &reading);
	must(reading.verdict != VERDICT_LATER);
	promises_reading(client, &reading);
	arena_fini(&arena);
}

#endif
