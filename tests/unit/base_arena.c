/* Pieces are zeroed, aligned, apart from each other, and bounded together. */
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"

enum { PIECES = 400 };

static void check_piece(const unsigned char *piece, size_t i)
{
	size_t k;

	if ((uintptr_t)piece % alignof(max_align_t) != 0)
		fail_msg("piece %zu: not aligned", i);
	for (k = 0; k < i; k++) {
		if (piece[k] != 0)
			fail_msg("piece %zu: byte %zu is not zero", i, k);
	}
}

static void check_apart(unsigned char *const *all)
{
	size_t i, k;

	for (i = 0; i < PIECES; i++) {
		for (k = 0; k < i; k++) {
			if (all[i][k] != (i & 0xff))
				fail_msg("piece %zu: overlaps", i);
		}
	}
}

/* Twice, so that the block kept by a reset is seen dirty once. */
static void pieces(void **state)
{
	static unsigned char *all[PIECES];
	struct arena arena;
	size_t i, turn;

	(void)state;
	arena_init(&arena, 1048576);
	for (turn = 0; turn < 2; turn++) {
		for (i = 0; i < PIECES; i++) {
			all[i] = arena_alloc(&arena, i, 1);
			assert_non_null(all[i]);
			check_piece(all[i], i);
			memset(all[i], (int)(i & 0xff), i);
		}
		check_apart(all);
		assert_false(arena_failed(&arena));
		arena_reset(&arena);
		assert_int_equal(arena.used, 0);
	}
	arena_fini(&arena);
	arena_fini(&arena);
	arena_fini(NULL);
}

static void texts(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, 1000);
	assert_null(arena_text(&arena, NULL));
	assert_string_equal(arena_text(&arena, "abc"), "abc");
	assert_string_equal(arena_text(&arena, ""), "");
	assert_memory_equal(arena_bytes(&arena, "a\0b", 3), "a\0b", 4);
	assert_string_equal(arena_bytes(&arena, NULL, 0), "");
	assert_string_equal(arena_printf(&arena, "%s-%d", "x", 5), "x-5");
	assert_false(arena_failed(&arena));
	arena_fini(&arena);
}

static const struct {
	const char *name;
	size_t n, size;
} too_much[] = {
    {"over the maximum", 1, 65},
    {"product over the maximum", 13, 5},
    {"product overflows", SIZE_MAX / 2 + 1, 2},
    {"product wraps to little", SIZE_MAX / 8 + 2, 8},
    {"rounding overflows", SIZE_MAX, 1},
};

static void maximum(void **state)
{
	struct arena arena;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(too_much) / sizeof(too_much[0]); i++) {
		arena_init(&arena, 64);
		if (arena_alloc(&arena, too_much[i].n, too_much[i].size) !=
			NULL ||
		    !arena_failed(&arena))
			fail_msg("%s: was given", too_much[i].name);
		/* It remembers, until it is reset. */
		assert_null(arena_alloc(&arena, 1, 1));
		arena_reset(&arena);
		assert_non_null(arena_alloc(&arena, 1, 64));
		arena_fini(&arena);
	}
}

/* Pieces of nothing cost too, or a loop of them would never end. */
static void nothing_is_not_free(void **state)
{
	struct arena arena;
	int n = 0;

	(void)state;
	arena_init(&arena, 1600);
	while (n < 1000 && arena_alloc(&arena, 0, 8) != NULL)
		n++;
	assert_in_range(n, 1, 100);
	assert_true(arena_failed(&arena));
	arena_fini(&arena);
	arena_init(&arena, 100);
	assert_null(arena_bytes(&arena, "", SIZE_MAX));
	assert_true(arena_failed(&arena));
	arena_fini(&arena);
}

/* Freed memory cannot be looked at: that nothing else of it stays. */
static void wiped(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, 1024 * 1024);
	for (int i = 0; i < 100; i++)
		assert_non_null(arena_text(&arena, "a secret of some length"));
	assert_non_null(arena_alloc(&arena, 1, 200000));
	assert_null(arena_alloc(&arena, 1, 2000000));
	arena_wipe(&arena);
	assert_false(arena_failed(&arena));
	assert_null(arena.head);
	assert_int_equal(arena.used, 0);
	assert_string_equal(arena_text(&arena, "again"), "again");
	arena_wipe(&arena);
	arena_wipe(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pieces),
	    cmocka_unit_test(texts),
	    cmocka_unit_test(maximum),
	    cmocka_unit_test(nothing_is_not_free),
	    cmocka_unit_test(wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
