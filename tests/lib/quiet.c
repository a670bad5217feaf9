/*
 * quiet CONFIG QUESTION...: "is this account entitled?" allocates nothing. Each
 * QUESTION is ACCOUNT=ANSWER or ACCOUNT:PRODUCT=ANSWER, ANSWER one of yes, no,
 * unknown; all are asked once, and then a thousand times while allocations are
 * counted: by functions of the names that the C library has, which take their
 * place in this process. With a sanitizer, which does the same, by its hooks.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/lib/trueup.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif

enum { ROUNDS = 1000, TEXT_BYTES = 512 };

static atomic_ulong allocations;

#ifdef IS_SANITIZED

int __sanitizer_install_malloc_and_free_hooks(
    void (*malloc_hook)(const volatile void *, size_t),
    void (*free_hook)(const volatile void *));

static void count(const volatile void *p, size_t size)
{
	(void)p;
	(void)size;
	atomic_fetch_add(&allocations, 1);
}

static void count_free(const volatile void *p)
{
	(void)p;
}

static bool begin(void)
{
	return __sanitizer_install_malloc_and_free_hooks(count, count_free) > 0;
}

#else

/* These names are the C library's: that is what they are for.
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,
 *             readability-inconsistent-declaration-parameter-name) */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);

void *malloc(size_t size)
{
	atomic_fetch_add(&allocations, 1);
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	atomic_fetch_add(&allocations, 1);
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	atomic_fetch_add(&allocations, 1);
	return __libc_realloc(p, size);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,
 *           readability-inconsistent-declaration-parameter-name) */

static bool begin(void)
{
	return true;
}

#endif

struct question {
	char text[TEXT_BYTES];
	const char *product;
	const char *answer;
};

static const char *name_of(int rc)
{
	static const char *const names[] = {"no", "yes", "unknown"};

	return rc < 0 ? "error" : names[rc];
}

static bool take(struct question *q, const char *text)
{
	char *colon, *equals;

	if (strlen(text) >= sizeof(q->text))
		return false;
	memcpy(q->text, text, strlen(text) + 1);
	equals = strrchr(q->text, '=');
	if (equals == NULL)
		return false;
	*equals = '\0';
	q->answer = equals + 1;
	colon = strrchr(q->text, ':');
	q->product = colon != NULL ? colon + 1 : NULL;
	if (colon != NULL)
		*colon = '\0';
	return true;
}

static bool ask(struct trueup *t, const struct question *q)
{
	struct trueup_error err = {0};
	int rc = trueup_entitled(t, q->text, q->product, NULL, &err);

	if (strcmp(name_of(rc), q->answer) == 0)
		return true;
	fprintf(stderr, "quiet: %s: %s, not %s: %s\n", q->text, name_of(rc),
	    q->answer, err.text);
	return false;
}

static bool ask_all(struct trueup *t, char **questions, int n)
{
	struct question q;
	bool good = n > 0;

	for (int i = 0; good && i < n; i++)
		good = take(&q, questions[i]) && ask(t, &q);
	return good;
}

/* What counts must count: a program that cannot see proves nothing. */
static bool sees(void)
{
	unsigned long before = atomic_load(&allocations);
	/* cppcheck-suppress unusedAllocatedMemory */
	void *volatile p = malloc(1);

	free(p);
	return atomic_load(&allocations) > before;
}

int main(int argc, char **argv)
{
	struct trueup_error err;
	struct trueup *t;
	unsigned long before, n;
	bool good;

	if (argc < 3 || trueup_open(argv[1], &t, &err) != 0)
		return 2;
	good = ask_all(t, argv + 2, argc - 2) && begin() && sees();
	before = atomic_load(&allocations);
	for (int i = 0; good && i < ROUNDS; i++)
		good = ask_all(t, argv + 2, argc - 2);
	n = atomic_load(&allocations) - before;
	trueup_close(t);
	if (good && n == 0)
		return 0;
	fprintf(stderr, "quiet: %lu allocations\n", n);
	return 1;
}
