/*
 * Our own JSON, member by member as the manual documents it. Each function
 * gives one line without its newline, to be freed with wire_free; NULL
 * when memory is short.
 */
#ifndef TRUEUP_IO_WIRE_H
#define TRUEUP_IO_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct account_answer;
struct change;
struct delivery_state;
struct drift;
struct health;
struct history_line;
struct job;
struct list_progress;
struct look_counts;
struct object;
struct provider_settings;
struct received_counts;
struct settings;
struct store_stats;
struct tally;

/* What `stats` knows of one provider. */
struct provider_status {
	const struct provider_settings *provider;
	const struct health *health;
	const struct tally *tally;
	bool silent; /* see silence.h */
	const struct list_progress *lists;
	size_t n_lists;
	/* For monitors only: cache/counts.h. */
	const struct look_counts *looks;
	const struct received_counts *received;
};

/* What `stats` knows of one target of on_change. */
struct target_status {
	const char *name;
	const struct delivery_state *state;
};

char *wire_account(
    const struct settings *settings, const struct account_answer *answer);
char *wire_history_line(const struct history_line *shown);
char *wire_change(const struct settings *settings, const struct change *change);
char *wire_drift(const struct drift *drift);
char *wire_job(const struct job *job);
char *wire_object(const struct object *object);
char *wire_stats(const struct store_stats *stats,
    const struct provider_status *providers, size_t n,
    const struct target_status *targets, size_t n_targets, int64_t now_ms);
void wire_free(char *text);

#endif
