/* Bytes of keys and records: order, bounds, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cache/codec.h"
#include "cache/inbox.h"
#include "cache/jobs.h"
#include "cache/place.h"
#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/name.h"

enum { ARENA_BYTES = 1024 * 1024 };

static int setup(void **state)
{
	static struct arena arena;

	arena_init(&arena, ARENA_BYTES);
	*state = &arena;
	return 0;
}

static int teardown(void **state)
{
	arena_fini(*state);
	return 0;
}

/* ---- records ---------------------------------------------------------- */

static void write_all(struct writer *w)
{
	writer_u8(w, 0xfe);
	writer_u16(w, 0xfedc);
	writer_u32(w, 0xfedcba98);
	writer_u64(w, 0xfedcba9876543210);
	writer_i64(w, INT64_MIN);
	writer_i64(w, -1);
	writer_i64(w, INT64_MAX);
	writer_bool(w, true);
	writer_bool(w, false);
	writer_text(w, NULL);
	writer_text(w, "");
	writer_text(w, "h\xc3\xa9");
}

static void test_what_is_written_is_read(void **state)
{
	uint8_t data[128];
	struct writer w;
	struct reader r;

	writer_init(&w, data, sizeof(data));
	write_all(&w);
	assert_false(w.failed);
	assert_int_equal(w.len, 1 + 2 + 4 + 4 * 8 + 2 + 2 + 2 + 5);
	assert_int_equal(data[1], 0xfe); /* the larger byte first */
	reader_init(&r, writer_span(&w));
	assert_int_equal(reader_u8(&r), 0xfe);
	assert_int_equal(reader_u16(&r), 0xfedc);
	assert_int_equal(reader_u32(&r), 0xfedcba98);
	assert_true(reader_u64(&r) == 0xfedcba9876543210);
	assert_true(reader_i64(&r) == INT64_MIN);
	assert_true(reader_i64(&r) == -1);
	assert_true(reader_i64(&r) == INT64_MAX);
	assert_true(reader_bool(&r));
	assert_false(reader_bool(&r));
	assert_null(reader_text(&r, *state));
	assert_string_equal(reader_text(&r, *state), "");
	assert_string_equal(reader_text(&r, *state), "h\xc3\xa9");
	assert_true(reader_is_ok(&r));
	assert_int_equal(r.left, 0);
}

static void test_a_full_writer_stays_failed(void **state)
{
	uint8_t data[128];

	(void)state;
	for (size_t cap = 0; cap < 50; cap++) {
		struct writer w;

		writer_init(&w, data, cap);
		write_all(&w);
		assert_true(w.failed);
		assert_true(w.len <= cap);
		writer_init(&w, data, cap);
		writer_text(
		    &w, "much too long for so small a buffer to hold it");
		if (cap < 48) {
			assert_true(w.failed);
			/* Nothing that a table would take. */
			assert_true(writer_span(&w).len > UINT32_MAX);
		}
	}
}

static void test_a_short_record_reads_as_zeros(void **state)
{
	static const uint8_t byte[] = {0xff};
	struct reader r;

	reader_init(&r, (struct span){.data = byte, .len = 1});
	assert_int_equal(reader_u16(&r), 0);
	assert_false(reader_is_ok(&r));
	/* Once failed, not even what is there is read. */
	assert_int_equal(reader_u8(&r), 0);
	assert_true(reader_i64(&r) == 0);
	assert_false(reader_bool(&r));
	assert_null(reader_text(&r, *state));
	assert_null(reader_key_text(&r, *state));
}

static void check_bad(void **state, const char *bytes, size_t len, char what)
{
	struct reader r;

	reader_init(&r, (struct span){.data = bytes, .len = len});
	if (what == 'b')
		reader_bool(&r);
	else if (what == 't')
		assert_null(reader_text(&r, *state));
	else
		assert_null(reader_key_text(&r, *state));
	assert_false(reader_is_ok(&r));
}

static void test_bad_bytes(void **state)
{
	check_bad(state, "\x02", 1, 'b');
	check_bad(state, "\x00\x03zz", 4, 't');	    /* longer than there is */
	check_bad(state, "\xff\xfezz", 4, 't');	    /* much longer */
	check_bad(state, "\x00\x03z\x00z", 5, 't'); /* would be cut */
	check_bad(state, "\x00", 1, 't');
	check_bad(state, "", 0, 'k');
	check_bad(state, "no end", 6, 'k');
}

static void test_no_memory_is_no_text(void **state)
{
	struct arena small;
	struct reader r;

	(void)state;
	arena_init(&small, 1);
	reader_init(&r, (struct span){.data = "\x00\x04good", .len = 6});
	assert_null(reader_text(&r, &small));
	assert_false(reader_is_ok(&r));
	assert_true(arena_failed(&small));
	arena_fini(&small);
}

/* Keeps the next text of the bytes; true: it is the one that it had. */
static bool keeps(struct arena *arena, const char *bytes, size_t len,
    struct span *span, const char **text)
{
	const char *before = *text;
	struct reader r;

	reader_init(&r, (struct span){.data = bytes, .len = len});
	reader_keep(&r, arena, span, text);
	return reader_is_ok(&r) && *text == before;
}

static void test_the_same_text_is_kept(void **state)
{
	struct span span = {NULL, 0};
	const char *text = NULL;

	assert_true(keeps(*state, "\xff\xff", 2, &span, &text));
	assert_null(text);
	assert_false(keeps(*state,
	    "\x00\x02"
	    "ab",
	    4, &span, &text));
	assert_string_equal(text, "ab");
	assert_true(keeps(*state,
	    "\x00\x02"
	    "ab",
	    4, &span, &text));
	assert_false(keeps(*state,
	    "\x00\x02"
	    "ac",
	    4, &span, &text));
	assert_string_equal(text, "ac");
	assert_false(keeps(*state,
	    "\x00\x01"
	    "a",
	    3, &span, &text));
	assert_string_equal(text, "a");
	assert_false(keeps(*state, "\x00\x00", 2, &span, &text));
	assert_string_equal(text, "");
	assert_false(keeps(*state, "\xff\xff", 2, &span, &text));
	assert_null(text);
	assert_false(keeps(*state, "\x00\x00", 2, &span, &text));
	assert_string_equal(text, "");
}

static void test_known_bytes_are_skipped(void **state)
{
	const struct span same = {.data = "abc", .len = 3};
	struct reader r;

	(void)state;
	reader_init(&r, (struct span){.data = "abcabc", .len = 5});
	assert_false(reader_skip(&r, (struct span){NULL, 0}));
	assert_true(reader_skip(&r, same));
	assert_int_equal(r.left, 2);
	assert_false(reader_skip(&r, same)); /* cut off */
	assert_true(reader_is_ok(&r));
	assert_int_equal(reader_u8(&r), 'a');
}

/* ---- keys ------------------------------------------------------------- */

static int compare(const struct key *a, const struct key *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	int c = memcmp(a->data, b->data, n);

	if (c == 0)
		c = (a->len > b->len) - (a->len < b->len);
	return c;
}

static void test_keys_sort_as_their_parts(void **state)
{
	static const int64_t times[] = {
	    0, 1, 255, 256, 1700000000000, INT64_MAX};
	struct key a;
	struct key b;

	(void)state;
	for (size_t i = 1; i < sizeof(times) / sizeof(*times); i++) {
		key_init(&a);
		key_time(&a, times[i - 1]);
		key_text(&a, "zzz");
		key_init(&b);
		key_time(&b, times[i]);
		key_text(&b, "aaa");
		assert_true(compare(&a, &b) < 0);
	}
	key_init(&a);
	key_time(&a, -5);
	key_init(&b);
	key_time(&b, 0);
	assert_int_equal(compare(&a, &b), 0);
	/* A text that begins another one comes first, whatever follows. */
	key_init(&a);
	key_text(&a, "shop");
	key_u8(&a, 0xff);
	key_init(&b);
	key_text(&b, "shop-2");
	key_u8(&b, 0);
	assert_true(compare(&a, &b) < 0);
}

static void test_object_keys(void **state)
{
	struct object_ref ref = {"shop", "subscription", "s 1"};
	struct object_ref got;
	struct key key;
	struct key lane;
	struct reader r;

	key_init(&key);
	key_object(&key, &ref);
	reader_init(&r, key_span(&key));
	reader_ref(&r, *state, &got);
	assert_true(reader_is_ok(&r));
	assert_int_equal(r.left, 0);
	assert_true(name_ref_equal(&ref, &got));

	key_init(&lane);
	key_text(&lane, "shop");
	assert_true(key_has_prefix(key_span(&key), &lane));
	key_init(&lane);
	key_text(&lane, "sho");
	assert_false(key_has_prefix(key_span(&key), &lane));
	assert_false(key_has_prefix(key_span(&lane), &key));
	assert_false(key_has_prefix(
	    (struct span){.data = key.data, .len = key.len - 1}, &key));
}

static void test_a_long_key_is_no_key(void **state)
{
	char text[LMDB_KEY_MAX + 1];
	struct key key;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[LMDB_KEY_MAX - 1] = '\0';
	key_init(&key);
	key_text(&key, text);
	assert_false(key.failed);
	assert_int_equal(key_span(&key).len, LMDB_KEY_MAX);
	key_u8(&key, 1);
	assert_true(key.failed);
	assert_int_equal(key_span(&key).len, 0);
	assert_false(
	    key_has_prefix((struct span){.data = text, .len = 9}, &key));
}

/* The longest names there can be fit into every key of ours. */
static void test_the_longest_names_fit(void **state)
{
	char provider[NAME_PROVIDER_MAX + 1];
	char id[NAME_ID_MAX + 1];
	struct object_ref ref = {provider, "012345678901234567890123", id};
	struct key key;

	(void)state;
	memset(provider, 'p', sizeof(provider));
	provider[NAME_PROVIDER_MAX] = '\0';
	memset(id, 'i', sizeof(id));
	id[NAME_ID_MAX] = '\0';
	assert_int_equal(strlen(ref.kind), NAME_KIND_MAX);
	key_init(&key);
	key_u64(&key, 1);
	key_u8(&key, 1);
	key_object(&key, &ref);
	assert_false(key.failed);
}

/* ---- rows ------------------------------------------------------------- */

static void test_cut_rows_are_bad(void **state)
{
	/* cause manual, otherwise zeros, and three absent texts */
	uint8_t value[3 + 6 * 8 + 3 * 4 + 2 * 8 + 2 + 3 * 2] = {
	    JOBS_VERSION, CAUSE_MANUAL, 0};
	struct span key = {.data = "shop\0order\0o1", .len = 14};
	struct job_record job;

	memset(value + sizeof(value) - 6, 0xff, 6);
	for (size_t len = 0; len < sizeof(value); len++) {
		struct span cut = {.data = value, .len = len};

		assert_int_equal(jobs_decode(key, cut, *state, &job), ERR_BAD);
	}
	for (size_t len = 0; len < key.len; len++) {
		struct span cut = {.data = key.data, .len = len};
		struct span all = {.data = value, .len = sizeof(value)};

		assert_int_equal(jobs_decode(cut, all, *state, &job), ERR_BAD);
	}
	assert_int_equal(
	    jobs_decode(key, (struct span){.data = value, .len = sizeof(value)},
		*state, &job),
	    0);
	assert_int_equal(job.cause, CAUSE_MANUAL);
	value[0] = JOBS_VERSION + 1;
	assert_int_equal(
	    jobs_decode(key, (struct span){.data = value, .len = sizeof(value)},
		*state, &job),
	    ERR_BAD);
	value[0] = JOBS_VERSION;
	value[1] = CAUSE_COUNT;
	assert_int_equal(
	    jobs_decode(key, (struct span){.data = value, .len = sizeof(value)},
		*state, &job),
	    ERR_BAD);
}

static void test_a_notice_names_its_object(void **state)
{
	/* version, cause, arrival, then six texts that are all absent */
	uint8_t value[2 + 8 + 6 * 2] = {INBOX_VERSION, CAUSE_NOTIFIED};
	struct span key = {.data = "\0\0\0\0\0\0\0\7", .len = 8};
	struct notice notice;
	uint64_t seq;

	memset(value + 10, 0xff, 12);
	assert_int_equal(inbox_decode(key,
			     (struct span){.data = value, .len = sizeof(value)},
			     *state, &seq, &notice),
	    ERR_BAD);
	assert_int_equal(seq, 7);
}

/* ---- where a store may live ------------------------------------------- */

static void test_network_file_systems(void **state)
{
	(void)state;
	assert_string_equal(place_network_name(0x6969), "NFS");
	assert_string_equal(place_network_name(0xff534d42), "CIFS");
	assert_string_equal(place_network_name(0xfe534d42), "SMB2");
	assert_string_equal(place_network_name(0x517b), "SMB");
	assert_string_equal(place_network_name(0x01021997), "9p");
	assert_string_equal(place_network_name(0x00c36400), "Ceph");
	assert_string_equal(place_network_name(0x73757245), "Coda");
	assert_string_equal(place_network_name(0x5346414f), "AFS");
	assert_null(place_network_name(0xef53));     /* ext4 */
	assert_null(place_network_name(0x58465342)); /* XFS */
	assert_null(place_network_name(0x9123683e)); /* btrfs */
	assert_null(place_network_name(0x01021994)); /* tmpfs */
	assert_null(place_network_name(0x794c7630)); /* overlayfs */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_is_written_is_read),
	    cmocka_unit_test(test_a_full_writer_stays_failed),
	    cmocka_unit_test(test_a_short_record_reads_as_zeros),
	    cmocka_unit_test(test_bad_bytes),
	    cmocka_unit_test(test_no_memory_is_no_text),
	    cmocka_unit_test(test_the_same_text_is_kept),
	    cmocka_unit_test(test_known_bytes_are_skipped),
	    cmocka_unit_test(test_keys_sort_as_their_parts),
	    cmocka_unit_test(test_object_keys),
	    cmocka_unit_test(test_a_long_key_is_no_key),
	    cmocka_unit_test(test_the_longest_names_fit),
	    cmocka_unit_test(test_cut_rows_are_bad),
	    cmocka_unit_test(test_a_notice_names_its_object),
	    cmocka_unit_test(test_network_file_systems),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
