/*
 * Everything that the configuration says, checked: one immutable struct, made
 * once at the start (cmd/settings), passed down const. Plain data.
 */
#ifndef TRUEUP_CORE_SETTINGS_H
#define TRUEUP_CORE_SETTINGS_H

#include "reconciler/core/delivery.h"
#include "reconciler/core/entitle.h"
#include "reconciler/core/schedule.h"
#include "reconciler/core/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client;

enum { SETTINGS_SECRETS_MAX = 8, SETTINGS_PROVIDERS_MAX = 256 };

enum settings_mode { MODE_ANY = 0, MODE_LIVE, MODE_TEST };

/* One configured provider. */
struct provider_settings {
	const char *name;
	const char *type;
	const struct client *client; /* its type's functions and tables */
	const void *options;	     /* what client->configure made, or NULL */
	const char *base_url;	     /* no slash at the end */
	enum settings_mode mode;

	/* Secrets: NULL or 0 in a process that does not need them. */
	const char *api_key;
	uint64_t key_stamp; /* changes when the key file changes */
	const char *hook_token;
	const char *hook_secrets[SETTINGS_SECRETS_MAX];
	size_t n_hook_secrets;
	/* Whether they are configured at all, whoever holds them. */
	const char *api_key_file;
	const char *hook_token_file;
	const char *hook_secret_file;

	double rate; /* requests a second */
	int64_t burst;
	double stranger_rate; /* looks a second, see core/stranger.h */
	int64_t concurrency;
	int64_t timeout_ms;
	int64_t silence_ms;	  /* 0: no alarm */
	int64_t catch_up_ms;	  /* between readings of its log; 0: none */
	const char *account_from; /* JSON Pointer (RFC 6901) or NULL */
	bool allow_http;
	struct schedule schedule;
	struct policy policy;
	struct words words; /* that this shop says the meaning of */
};

struct settings {
	const char *file; /* where it was read from */
	struct {
		const char *path;
		uint64_t map_bytes;	 /* most the store may grow to */
		uint64_t reserve_bytes;	 /* disk kept free for finishing work */
		int64_t high_water;	 /* per cent of map_bytes */
		int64_t keep_changes_ms; /* in the feed; 0: for ever */
	} store;
	struct {
		const char *listen;
		uint64_t max_body;
		int64_t max_connections;
		int64_t timeout_ms;
	} receiver;
	struct {
		const char *listen;
		const char *token_file; /* "": none */
		/* In the process that needs them; any of them will do. */
		const char *tokens[SETTINGS_SECRETS_MAX];
		size_t n_tokens;
	} api;
	struct {
		int64_t concurrency;
		uint64_t max_reply;
	} worker;
	struct delivery_settings on_change;
	const struct provider_settings *providers;
	size_t n_providers;
};

/* settings_provider(settings, name): by configured name; NULL: no such. */
const struct provider_settings *settings_provider(
    const struct settings *settings, const char *name);

#endif
