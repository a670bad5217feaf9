/*
 * The text format of OpenMetrics 1.0: a family with its type, unit and help,
 * then its samples. Pure.
 */
#ifndef TRUEUP_IO_OPENMETRICS_H
#define TRUEUP_IO_OPENMETRICS_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct latency;

enum openmetrics_type {
	OPENMETRICS_GAUGE,
	OPENMETRICS_COUNTER, /* samples end in _total */
	OPENMETRICS_STATES,  /* a state set: one sample for each word */
	OPENMETRICS_INFO,    /* samples end in _info */
	OPENMETRICS_HISTOGRAM
};

struct openmetrics_family {
	const char *name; /* with the unit at its end, if there is one */
	enum openmetrics_type type;
	const char *unit; /* or NULL */
	const char *help;
};

/* One label; of a sample without any, name is NULL. */
struct openmetrics_label {
	const char *name;
	const char *value;
};

/* openmetrics_begin(out, family): its lines of metadata; samples follow. */
void openmetrics_begin(
    struct buf *out, const struct openmetrics_family *family);
/*
 * openmetrics_number(out, family, label, value), openmetrics_seconds(…, ms):
 * one sample. label may be NULL.
 */
void openmetrics_number(struct buf *out,
    const struct openmetrics_family *family,
    const struct openmetrics_label *label, uint64_t value);
void openmetrics_seconds(struct buf *out,
    const struct openmetrics_family *family,
    const struct openmetrics_label *label, int64_t ms);
/* openmetrics_number_of(…, label, second, value): a sample with two labels. */
void openmetrics_number_of(struct buf *out,
    const struct openmetrics_family *family,
    const struct openmetrics_label *label,
    const struct openmetrics_label *second, uint64_t value);
/*
 * openmetrics_latency(out, family, label, latency): the samples of a histogram
 * in seconds: buckets, each with all before it, count and sum.
 */
void openmetrics_latency(struct buf *out,
    const struct openmetrics_family *family,
    const struct openmetrics_label *label, const struct latency *latency);
/*
 * openmetrics_states(out, family, label, words, n, at): a sample for each word,
 * 1 for the at-th and 0 for the others.
 */
void openmetrics_states(struct buf *out,
    const struct openmetrics_family *family,
    const struct openmetrics_label *label, const char *const *words, size_t n,
    size_t at);

#endif
