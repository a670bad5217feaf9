#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "clients/types.h"

#include "clients/client.h"

static const struct client *const types[] = {
    &ecurring_client,
    &flexprice_client,
    &stripe_client,
    &ecosire_client,
    &ecom9_client,
    &mollie_client,
    &generic_client,
    &ecartpay_client,
};

enum {
	TYPES = sizeof(types) / sizeof(types[0]),
	UUID_LENGTH = 36 /* characters */
};

const struct client *client_find(const char *type)
{
	for (size_t i = 0; i < TYPES; i++) {
		if (strcmp(types[i]->type, type) == 0)
			return types[i];
	}
	return NULL;
}

const struct client *client_at(size_t i)
{
	return i < TYPES ? types[i] : NULL;
}

static const struct client_kind *find_kind(
    const struct client_kind *kinds, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	return NULL;
}

const struct client_kind *client_kind_find(
    const struct client *client, const char *name)
{
	return find_kind(client->kinds, client->n_kinds, name);
}

const struct client_kind *client_kinds(
    const struct provider_settings *provider, size_t *n)
{
	const struct client *client = provider->client;

	if (client->kinds_of != NULL)
		return client->kinds_of(provider->options, n);
	*n = client->n_kinds;
	return client->kinds;
}

const struct client_kind *client_kind_of(
    const struct provider_settings *provider, const char *name)
{
	size_t n = 0;
	const struct client_kind *kinds = client_kinds(provider, &n);

	return find_kind(kinds, n, name);
}

bool client_id_is_valid(const struct client_kind *kind, const char *id)
{
	if (kind->id_is_of_form != NULL)
		return kind->id_is_of_form(kind->form, id);
	return kind->id_is_valid(id);
}

enum client_signing client_signs(
    const struct client *client, const void *options)
{
	if (client->signing_of != NULL)
		return client->signing_of(options);
	return client->signing;
}

const struct client_list *client_log(const struct client *client)
{
	for (size_t i = 0; i < client->n_lists; i++) {
		if (client->lists[i].log != NULL)
			return &client->lists[i];
	}
	return NULL;
}

const struct client_list *client_list_find(
    const struct client *client, const char *name)
{
	for (size_t i = 0; i < client->n_lists; i++) {
		if (strcmp(client->lists[i].name, name) == 0)
			return &client->lists[i];
	}
	return NULL;
}

bool client_media_is(const char *content_type, const char *media)
{
	size_t n = strlen(media);

	if (content_type == NULL)
		return false;
	content_type += strspn(content_type, " \t");
	if (strncasecmp(content_type, media, n) != 0)
		return false;
	content_type += n;
	content_type += strspn(content_type, " \t");
	return *content_type == '\0' || *content_type == ';';
}

bool client_uuid_is_valid(const char *id)
{
	return text_is_uuid(id) && strpbrk(id, "ABCDEF") == NULL;
}

const char *client_uuid(struct arena *arena, const char *id)
{
	char text[UUID_LENGTH + 1];

	if (text_copy(text, sizeof(text), id) != 0)
		return id; /* too long for a UUID: refused as it is */
	for (char *p = text; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'F')
			*p = (char)(*p - 'A' + 'a');
	}
	return arena_text(arena, text);
}

static bool is_later(int status)
{
	return status == 408 || status == 425 || status == 429 ||
	       (status >= 500 && status <= 599);
}

/* What a status that is not a success means, and a sentence for people. */
static const char *judge_status(int status, struct client_reading *out)
{
	if (status == 401 || status == 403) {
		out->verdict = VERDICT_BARRED;
		return "the provider refuses the key";
	}
	if (status == 404 || status == 410) {
		out->verdict = VERDICT_GONE;
		out->gone_for_sure = status == 410;
		return status == 410 ? "the object is gone"
				     : "the provider does not know the object";
	}
	if (is_later(status)) {
		out->verdict = VERDICT_LATER;
		return "the provider cannot answer now";
	}
	out->verdict = VERDICT_GARBLED;
	return "the provider answers with an unexpected status";
}

bool client_read_status(const struct client_reply *reply, struct arena *arena,
    struct client_reading *out)
{
	const char *cause;
	const char *text;

	if (reply->status >= 200 && reply->status <= 299)
		return true;
	cause = judge_status(reply->status, out);
	text = arena_printf(arena, "%s (HTTP %d)", cause, reply->status);
	out->cause = text != NULL ? text : cause;
	return false;
}
