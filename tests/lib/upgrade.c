/*
 * upgrade DIR [VERSION]: prints which version made the store, or makes it one
 * of another version, as a program of that one would: in one commit, while
 * others have it open.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lmdb.h>

enum { TABLES_MAX = 32 };

static void done(int rc)
{
	if (rc == 0)
		return;
	fprintf(stderr, "upgrade: %s\n", mdb_strerror(rc));
	exit(1);
}

/* Eight bytes, big-endian (cache/DESIGN.md). */
static uint64_t decode(const MDB_val *value)
{
	const unsigned char *bytes = value->mv_data;
	uint64_t number = 0;

	for (size_t i = 0; i < value->mv_size; i++)
		number = number << 8 | bytes[i];
	return number;
}

int main(int argc, char **argv)
{
	char name[] = "format";
	unsigned char bytes[8] = {0};
	MDB_val key = {.mv_size = strlen(name), .mv_data = name};
	MDB_val value = {.mv_size = sizeof(bytes), .mv_data = bytes};
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi meta;

	if (argc < 2)
		return 2;
	done(mdb_env_create(&env));
	done(mdb_env_set_maxdbs(env, TABLES_MAX));
	done(mdb_env_open(env, argv[1], 0, 0600));
	done(mdb_txn_begin(env, NULL, 0, &txn));
	done(mdb_dbi_open(txn, "meta", 0, &meta));
	if (argc == 2) {
		done(mdb_get(txn, meta, &key, &value));
		printf("%" PRIu64 "\n", decode(&value));
	} else {
		bytes[7] = (unsigned char)strtoul(argv[2], NULL, 10);
		done(mdb_put(txn, meta, &key, &value, 0));
	}
	done(mdb_txn_commit(txn));
	mdb_env_close(env);
	return 0;
}
