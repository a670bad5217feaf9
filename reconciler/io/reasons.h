/* Why jobs are parked: grouped, so that a thousand of a kind are one line. */
#ifndef TRUEUP_IO_REASONS_H
#define TRUEUP_IO_REASONS_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct job;

enum { REASONS_MAX = 32 };

/* Jobs of one provider with one reason. */
struct reason_group {
	const char *provider;
	const char *reason; /* or NULL: none is known */
	uint64_t jobs;
	int64_t oldest_ms;   /* first notified; 0: none of them was */
	const char *example; /* KIND ID of one of them, or NULL */
};

/* Zeroed: none yet. Texts live in the arena that was given. */
struct reasons {
	struct reason_group groups[REASONS_MAX];
	size_t n;
	uint64_t jobs; /* of all groups */
};

/*
 * reasons_add(reasons, arena, job): one more. When there is no group left for
 * its reason, it goes into the provider's, or at last into anybody's, "other
 * reasons".
 */
void reasons_add(
    struct reasons *reasons, struct arena *arena, const struct job *job);

/*
 * reasons_add_others(reasons, total): so many jobs there are; those that were
 * not added are a group of their own.
 */
void reasons_add_others(struct reasons *reasons, uint64_t total);

/* reasons_print(reasons, arena): a table on stdout; nothing if there are none.
 */
void reasons_print(const struct reasons *reasons, struct arena *arena);

#endif
