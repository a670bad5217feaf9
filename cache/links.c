#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/random.h"
#include "reconciler/base/text.h"

#include "cache/accounts.h"
#include "cache/codec.h"
#include "cache/owners.h"
#include "cache/record.h"
#include "cache/rows.h"
#include "cache/touched.h"
#include "cache/turn.h"

#include "cache/links.h"

static void key_of_customer(
    struct key *key, const char *provider, const char *customer)
{
	key_init(key);
	key_text(key, provider);
	key_text(key, customer);
}

const char *links_get(struct lmdb_txn *txn, const char *provider,
    const char *customer, struct arena *arena)
{
	struct span value;
	struct reader r;
	struct key key;
	const char *account;

	key_of_customer(&key, provider, customer);
	if (lmdb_get(txn, TABLE_LINKS, key_span(&key), &value) != 0)
		return NULL;
	record_open(&r, value);
	account = reader_text(&r, arena);
	if (record_result(txn, record_end(&r, arena),
		"a link's record does not decode") != 0)
		return NULL;
	return account;
}

/* The same links by account. */
static void key_of_account(struct key *key, const char *account,
    const char *provider, const char *customer)
{
	key_init(key);
	key_text(key, account);
	key_text(key, provider);
	key_text(key, customer);
}

static void put_linked(struct lmdb_txn *txn, const char *provider,
    const char *customer, const char *before, const char *after)
{
	struct key key;

	if (before != NULL) {
		key_of_account(&key, before, provider, customer);
		lmdb_delete(txn, TABLE_LINKED, key_span(&key));
	}
	if (after != NULL) {
		key_of_account(&key, after, provider, customer);
		lmdb_put(
		    txn, TABLE_LINKED, key_span(&key), (struct span){"", 0});
	}
}

static void put(struct lmdb_txn *txn, const char *provider,
    const char *customer, const char *account)
{
	struct record record;
	struct key key;

	key_of_customer(&key, provider, customer);
	if (account == NULL) {
		lmdb_delete(txn, TABLE_LINKS, key_span(&key));
		return;
	}
	record_init(&record);
	writer_text(&record.w, account);
	record_put(txn, TABLE_LINKS, &key, &record);
}

int links_load(struct lmdb_txn *txn, const char *account, struct arena *arena,
    struct linked_customer **out, size_t *n)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(txn, TABLE_LINKED);
	struct span k, v;
	struct rows found;
	struct key prefix;
	int rc = 0;
	bool more;

	rows_init(&found, arena, sizeof(struct linked_customer));
	key_init(&prefix);
	key_text(&prefix, account);
	for (more = lmdb_seek(cursor, key_span(&prefix), &k, &v);
	     more && rc == 0 && key_has_prefix(k, &prefix);
	     more = lmdb_next(cursor, &k, &v)) {
		struct linked_customer *row = rows_add(&found);
		struct reader r;

		if (row == NULL) {
			rc = ERR_FULL;
			break;
		}
		reader_init(&r, (struct span){(const char *)k.data + prefix.len,
				    k.len - prefix.len});
		row->provider = reader_key_text(&r, arena);
		row->customer = reader_key_text(&r, arena);
		rc = record_end(&r, arena);
	}
	lmdb_cursor_close(cursor);
	*out = found.data;
	*n = found.n;
	record_result(txn, rc, "an account's link does not decode");
	return lmdb_error(txn);
}

/* The numbers of all objects of a customer. */
static void find_objects(struct store_turn *turn, const char *provider,
    const char *customer, struct rows *out)
{
	struct lmdb_cursor *cursor =
	    lmdb_cursor_open(turn->txn, TABLE_CUSTOMERS);
	struct span k, v;
	struct key key;
	bool more;

	rows_init(out, &turn->arena, sizeof(uint64_t));
	key_of_customer(&key, provider, customer);
	for (more = lmdb_seek(cursor, key_span(&key), &k, &v);
	     more && key_has_prefix(k, &key);
	     more = lmdb_next(cursor, &k, &v)) {
		uint64_t *number = rows_add(out);
		struct reader r;

		if (number == NULL)
			break; /* the turn fails at its commit */
		reader_init(&r, (struct span){(const char *)k.data + key.len,
				    k.len - key.len});
		*number = reader_u64(&r);
	}
	lmdb_cursor_close(cursor);
}

static void move_object(
    struct store_turn *turn, struct touched *touched, uint64_t number)
{
	struct object_record before, after;

	if (objects_get_number(turn->txn, number, &turn->arena, &before) != 0)
		return;
	after = before;
	owners_relink(turn, &after);
	if (owners_differ(&before, &after))
		owners_move(turn, touched, &before, &after, turn->now_ms);
}

static void move_customer(
    struct store_turn *turn, const char *provider, const char *customer)
{
	struct accounts_event event = {
	    .cause = CAUSE_MANUAL, .at_ms = turn->now_ms};
	struct touched touched = {0};
	struct rows numbers;

	find_objects(turn, provider, customer, &numbers);
	for (size_t i = 0; i < numbers.n; i++)
		move_object(turn, &touched, ((uint64_t *)numbers.data)[i]);
	touched_announce(turn, &touched, &event);
}

static int check(const char *provider, const char *customer,
    const char *account, struct err_text *err)
{
	if (!name_provider_is_valid(provider))
		return err_set(err, ERR_BAD, "not a provider's name");
	if (!name_id_is_valid(customer))
		return err_set(err, ERR_BAD,
		    "%s: not a customer id (1 to %d bytes of UTF-8)", provider,
		    NAME_ID_MAX);
	if (account != NULL && !name_account_is_valid(account))
		return err_set(err, ERR_BAD,
		    "%s/%s: not an account reference (1 to %d bytes of UTF-8)",
		    provider, customer, NAME_ACCOUNT_MAX);
	return 0;
}

static int link_in(struct store_turn *turn, const char *provider,
    const char *customer, const char *account, struct err_text *err)
{
	const char *linked =
	    links_get(turn->txn, provider, customer, &turn->arena);

	if (account == NULL && linked == NULL && lmdb_error(turn->txn) == 0) {
		store_turn_abort(turn);
		return err_set(
		    err, ERR_ABSENT, "%s/%s is not linked", provider, customer);
	}
	if (!text_equal(linked, account)) {
		put(turn->txn, provider, customer, account);
		put_linked(turn->txn, provider, customer, linked, account);
		move_customer(turn, provider, customer);
	}
	return store_turn_commit(turn, err);
}

int store_link(struct store *store, const struct settings *settings,
    const char *provider, const char *customer, const char *account,
    int64_t now_ms, struct err_text *err)
{
	struct store_turn *turn;
	struct random random;
	int rc = check(provider, customer, account, err);

	if (rc != 0)
		return rc;
	random_seed(&random);
	rc = store_turn_begin(store, settings, now_ms, &random, &turn, err);
	if (rc != 0)
		return rc;
	return link_in(turn, provider, customer, account, err);
}
