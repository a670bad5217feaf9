#include <inttypes.h>

#include "reconciler/base/buf.h"

#include "reconciler/io/openmetrics.h"

static const struct {
	const char *name;
	const char *suffix;
} types[] = {
    [OPENMETRICS_GAUGE] = {"gauge", ""},
    [OPENMETRICS_COUNTER] = {"counter", "_total"},
    [OPENMETRICS_STATES] = {"stateset", ""},
    [OPENMETRICS_INFO] = {"info", "_info"},
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
