#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "cache/accounts.h"
#include "cache/codec.h"
#include "cache/turn.h"

/*
 * An edge is announced on every path that makes it, and a new policy in the
 * configuration is one: every account that was ever announced is judged again,
 * a few in each turn. How far that came is kept in TABLE_META under
 * "judged": the policies that everyone is judged by, those that are being gone
 * over to, and the last account that has been.
 */
struct progress {
	uint64_t done; /* fingerprint of the policies in force for all */
	uint64_t doing;
	const char *last; /* account; NULL: none yet */
};

static const struct span judged = {.data = "judged", .len = 6};

static uint64_t mix(uint64_t sum, const void *data, size_t len)
{
	uint64_t pair[2] = {sum, text_hash(data, len)};

	return text_hash(pair, sizeof(pair));
}

/* Rules have padding in memory: member by member. Zero is "never judged". */
static uint64_t fingerprint(const struct settings *settings)
{
	uint64_t sum = 1;

	for (size_t i = 0; i < settings->n_providers; i++) {
		const struct provider_settings *p = &settings->providers[i];

		sum = mix(sum, p->name, strlen(p->name));
		for (int s = 0; s < STATE_COUNT; s++) {
			int64_t rule[2] = {(int64_t)p->policy.rules[s].access,
			    p->policy.rules[s].grace_ms};

			sum = mix(sum, rule, sizeof(rule));
		}
		sum = mix(
		    sum, &p->policy.patience_ms, sizeof(p->policy.patience_ms));
		for (int e = 0; e < EFFECT_COUNT; e++) {
			uint8_t revokes = p->policy.revokes[e];

			sum = mix(sum, &revokes, 1);
		}
	}
	return sum == 0 ? 1 : sum;
}

static void load(struct store_turn *turn, struct progress *out)
{
	struct span value;
	struct reader r;

	memset(out, 0, sizeof(*out));
	if (lmdb_get(turn->txn, TABLE_META, judged, &value) != 0)
		return;
	reader_init(&r, value);
	out->done = reader_u64(&r);
	out->doing = reader_u64(&r);
	out->last = reader_text(&r, &turn->arena);
	if (!reader_is_ok(&r))
		memset(out, 0, sizeof(*out)); /* begin anew */
}

static void save(struct store_turn *turn, const struct progress *progress)
{
	uint8_t data[2 * 8 + 2 + NAME_ACCOUNT_MAX];
	struct writer w;

	writer_init(&w, data, sizeof(data));
	writer_u64(&w, progress->done);
	writer_u64(&w, progress->doing);
	writer_text(&w, progress->last);
	lmdb_put(turn->txn, TABLE_META, judged, writer_span(&w));
}

/* Up to max accounts behind `last`, in the order of their keys. */
static size_t read_accounts(
    struct store_turn *turn, const char *last, size_t max, const char **out)
{
	struct lmdb_cursor *cursor =
	    lmdb_cursor_open(turn->txn, TABLE_ACCOUNTS);
	struct span k;
	struct span v;
	struct key key;
	size_t n = 0;
	bool found;

	key_init(&key);
	if (last != NULL)
		key_text(&key, last);
	key_u8(&key, 1); /* behind the account itself, before any other */
	found = lmdb_seek(cursor, key_span(&key), &k, &v);
	while (found && n < max) {
		struct reader r;

		reader_init(&r, k);
		out[n] = reader_key_text(&r, &turn->arena);
		if (out[n] == NULL)
			break;
		n++;
		found = lmdb_next(cursor, &k, &v);
	}
	lmdb_cursor_close(cursor);
	return n;
}

static void judge(struct store_turn *turn, const char *account)
{
	struct accounts_event event = {
	    .cause = CAUSE_MANUAL, .at_ms = turn->now_ms, .about = NULL};

	(void)accounts_catch_up(turn, account);
	(void)accounts_announce(turn, account, &event);
}

bool store_turn_rejudge(struct store_turn *turn, size_t max)
{
	uint64_t now = fingerprint(turn->settings);
	struct progress progress;
	const char **accounts;
	size_t n;

	load(turn, &progress);
	if (progress.done == now)
		return true;
	if (progress.doing != now)
		progress.last = NULL;
	progress.doing = now;
	accounts = arena_alloc(&turn->arena, max, sizeof(*accounts));
	n = accounts == NULL
		? 0
		: read_accounts(turn, progress.last, max, accounts);
	for (size_t i = 0; i < n; i++)
		judge(turn, accounts[i]);
	if (n > 0)
		progress.last = accounts[n - 1];
	if (n < max) {
		progress.done = now;
		progress.last = NULL;
	}
	save(turn, &progress);
	return n < max;
}
