#include <inttypes.h>

#include "reconciler/base/buf.h"
#include "reconciler/core/latency.h"

#include "reconciler/io/openmetrics.h"

static const struct {
	const char *name;
	const char *suffix;
} types[] = {
    [OPENMETRICS_GAUGE] = {"gauge", ""},
    [OPENMETRICS_COUNTER] = {"counter", "_total"},
    [OPENMETRICS_STATES] = {"stateset", ""},
    [OPENMETRICS_INFO] = {"info", "_info"},
    [OPENMETRICS_HISTOGRAM] = {"histogram", ""},
};

/* The same rule for help and label values. */
static void add_escaped(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			buf_adds(out, "\\n");
		else if (*text == '\\' || *text == '"')
			buf_addf(out, "\\%c", *text);
		else
			buf_add(out, text, 1);
	}
}

static void add_metadata(
    struct buf *out, const char *what, const char *name, const char *text)
{
	buf_addf(out, "# %s %s ", what, name);
	add_escaped(out, text);
	buf_adds(out, "\n");
}

void openmetrics_begin(struct buf *out, const struct openmetrics_family *family)
{
	add_metadata(out, "TYPE", family->name, types[family->type].name);
	if (family->unit != NULL)
		add_metadata(out, "UNIT", family->name, family->unit);
	add_metadata(out, "HELP", family->name, family->help);
}

static void add_label(
    struct buf *out, const char *before, const struct openmetrics_label *label)
{
	buf_addf(out, "%s%s=\"", before, label->name);
	add_escaped(out, label->value);
	buf_adds(out, "\"");
}

static void add_name(struct buf *out, const struct openmetrics_family *family,
    const struct openmetrics_label *label)
{
	buf_addf(out, "%s%s", family->name, types[family->type].suffix);
	if (label != NULL && label->name != NULL) {
		add_label(out, "{", label);
		buf_adds(out, "}");
	}
}

void openmetrics_number(struct buf *out,
    const struct openmetrics_family *family,
    const struct openmetrics_label *label, uint64_t value)
{
	add_name(out, family, label);
	buf_addf(out, " %" PRIu64 "\n", value);
}

void openmetrics_number_of(struct buf *out,
    const struct openmetrics_family *family,
    const struct openmetrics_label *label,
    const struct openmetrics_label *second, uint64_t value)
{
	buf_addf(out, "%s%s", family->name, types[family->type].suffix);
	add_label(out, "{", label);
	add_label(out, ",", second);
	buf_addf(out, "} %" PRIu64 "\n", value);
}

/* Seconds as OpenMetrics wants a bound: always with a point. */
static void add_bucket(struct buf *out, const struct openmetrics_family *family,
    const struct openmetrics_label *label, int64_t bound_ms, uint64_t n)
{
	int part = (int)(bound_ms % 1000), digits = 3;

	buf_addf(out, "%s_bucket", family->name);
	add_label(out, "{", label);
	buf_adds(out, ",le=\"");
	for (; digits > 1 && part % 10 == 0; digits--)
		part /= 10;
	if (bound_ms == INT64_MAX)
		buf_adds(out, "+Inf");
	else
		buf_addf(
		    out, "%" PRId64 ".%0*d", bound_ms / 1000, digits, part);
	buf_addf(out, "\"} %" PRIu64 "\n", n);
}

void openmetrics_latency(struct buf *out,
    const struct openmetrics_family *family,
    const struct openmetrics_label *label, const struct latency *latency)
{
	uint64_t n = 0;

	for (size_t i = 0; i <= LATENCY_BUCKETS; i++) {
		n += latency->n[i];
		add_bucket(out, family, label,
		    i < LATENCY_BUCKETS ? latency_bound(i) : INT64_MAX, n);
	}
	buf_addf(out, "%s_count", family->name);
	add_label(out, "{", label);
	buf_addf(out, "} %" PRIu64 "\n%s_sum", n, family->name);
	add_label(out, "{", label);
	buf_addf(out, "} %" PRIu64 ".%03d\n", latency->sum_ms / 1000,
	    (int)(latency->sum_ms % 1000));
}

void openmetrics_seconds(struct buf *out,
    const struct openmetrics_family *family,
    const struct openmetrics_label *label, int64_t ms)
{
	add_name(out, family, label);
	buf_addf(out, " %" PRId64 ".%03d\n", ms / 1000, (int)(ms % 1000));
}

void openmetrics_states(struct buf *out,
    const struct openmetrics_family *family,
    const struct openmetrics_label *label, const char *const *words, size_t n,
    size_t at)
{
	for (size_t i = 0; i < n; i++) {
		const struct openmetrics_label state = {family->name, words[i]};

		buf_adds(out, family->name);
		add_label(out, "{", label);
		add_label(out, ",", &state);
		buf_addf(out, "} %d\n", i == at);
	}
}
