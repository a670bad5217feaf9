#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/observation.h"

#include "reconciler/io/page_html.h"

enum {
	MINUTE_MS = 60 * 1000,
	HOUR_MS = 60 * MINUTE_MS,
	DAY_MS = 24 * HOUR_MS,
	/* From how many on the next larger unit is as good. */
	SECONDS_MOST = 90,
	MINUTES_MOST = 90,
	HOURS_MOST = 36
};

/* ---- text --------------------------------------------------------------- */

/* Characters that change how others are shown, or are none (Unicode TR 9). */
static bool is_mark(unsigned int c)
{
	return (c >= 0x80 && c < 0xA0) || c == 0x61C || c == 0x200E ||
	       c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF || c == 0xFFFE ||
	       c == 0xFFFF;
}

/* The character at text, and its bytes; 0 bytes: it is none of UTF-8. */
static size_t decode(const char *text, unsigned int *out)
{
	unsigned char first = (unsigned char)text[0];
	size_t len = 1;

	*out = first;
	if (first >= 0x80)
		len = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
	if (strnlen(text, len) < len || !text_is_utf8(text, len))
		return 0;
	if (len > 1)
		*out = first & (0x7FU >> len);
	for (size_t i = 1; i < len; i++)
		*out = *out << 6 | ((unsigned char)text[i] & 0x3FU);
	return len;
}

static void add_character(
    struct buf *out, unsigned int c, const char *text, size_t len)
{
	switch (c) {
	case '<':
		buf_adds(out, "&lt;");
		break;
	case '>':
		buf_adds(out, "&gt;");
		break;
	case '&':
		buf_adds(out, "&amp;");
		break;
	case '"':
		buf_adds(out, "&quot;");
		break;
	case '\'':
		buf_adds(out, "&#39;");
		break;
	default:
		buf_add(out, text, len);
		break;
	}
}

static void add_escaped(struct buf *out, const char *text, bool shows_marks)
{
	while (*text != '\0') {
		unsigned int c;
		size_t len = decode(text, &c);

		if (len == 0 || c < 0x20 || c == 0x7F) {
			buf_adds(out, "\xEF\xBF\xBD");
			len = 1;
		} else if (shows_marks && is_mark(c)) {
			buf_addf(out, "[U+%04X]", c);
		} else {
			add_character(out, c, text, len);
		}
		text += len;
	}
}

void page_html_plain(struct buf *out, const char *text)
{
	add_escaped(out, text, true);
}

void page_html_value(struct buf *out, const char *text)
{
	add_escaped(out, text, false);
}

void page_html_text(struct buf *out, const char *text)
{
	char part[PAGE_HTML_TEXT_MAX + 1];
	size_t len;

	if (text == NULL || *text == '\0') {
		buf_adds(out, "<span class=\"none\">\xE2\x80\x93</span>");
		return;
	}
	len = observation_cut(text, PAGE_HTML_TEXT_MAX);
	memcpy(part, text, len);
	part[len] = '\0';
	buf_adds(out, "<bdi>");
	page_html_plain(out, part);
	buf_adds(out, text[len] != '\0' ? "\xE2\x80\xA6</bdi>" : "</bdi>");
}

void page_html_number(struct buf *out, uint64_t n)
{
	buf_addf(out, "%" PRIu64, n);
}

/* ---- moments ------------------------------------------------------------ */

const char *page_html_age(
    int64_t from_ms, int64_t to_ms, char out[PAGE_HTML_AGE_MAX])
{
	int64_t ms = from_ms < to_ms ? to_ms - from_ms : from_ms - to_ms;
	int64_t n = ms / DAY_MS;
	const char *unit = n == 1 ? "day" : "days";

	if (ms < (int64_t)SECONDS_MOST * 1000) {
		n = ms / 1000;
		unit = "s";
	} else if (ms < (int64_t)MINUTES_MOST * MINUTE_MS) {
		n = ms / MINUTE_MS;
		unit = "min";
	} else if (ms < (int64_t)HOURS_MOST * HOUR_MS) {
		n = ms / HOUR_MS;
		unit = "h";
	}
	(void)snprintf(out, PAGE_HTML_AGE_MAX, "%" PRId64 " %s", n, unit);
	return out;
}

/* As people read it: to the second, with its zone. */
static void add_readable(struct buf *out, const char *rfc3339)
{
	buf_addf(out, "%.10s %.8s UTC", rfc3339, rfc3339 + 11);
}

void page_html_moment(struct buf *out, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (*clock_format(ms, text) == '\0') {
		page_html_text(out, NULL);
		return;
	}
	buf_addf(out, "<time datetime=\"%s\">", text);
	add_readable(out, text);
	buf_adds(out, "</time>");
}

void page_html_time(struct buf *out, int64_t ms, int64_t now_ms)
{
	char age[PAGE_HTML_AGE_MAX];

	page_html_moment(out, ms);
	if (ms == 0)
		return;
	page_html_age(ms, now_ms, age);
	buf_addf(out, " <span class=\"age\">%s%s%s</span>",
	    ms > now_ms ? "in " : "", age, ms > now_ms ? "" : " ago");
}

/* ---- names -------------------------------------------------------------- */

void page_html_object(struct buf *out, const struct object_ref *ref)
{
	buf_adds(out, "<span class=\"object\">");
	page_html_plain(out, ref->provider);
	buf_adds(out, " ");
	page_html_plain(out, ref->kind);
	buf_adds(out, " ");
	page_html_text(out, ref->id);
	buf_adds(out, "</span>");
}

void page_html_account(struct buf *out, const char *account)
{
	buf_adds(out, "<a href=\"/accounts/");
	text_escape_path(out, account);
	buf_adds(out, "\">");
	page_html_text(out, account);
	buf_adds(out, "</a>");
}

/* Up to the next quote, in whole characters, as far as there is room. */
static size_t copy_part(const char *text, char out[NAME_ACCOUNT_MAX + 1])
{
	size_t len = strcspn(text, "'");

	if (len > NAME_ACCOUNT_MAX)
		len = observation_cut(text, NAME_ACCOUNT_MAX);
	if (len == 0 && *text != '\'' && *text != '\0')
		len = 1;
	memcpy(out, text, len);
	out[len] = '\0';
	return len;
}

void page_html_quoted(struct buf *out, const char *text)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_./:@%+=,-";
	char part[NAME_ACCOUNT_MAX + 1];

	if (*text != '\0' && *text != '-' && text[strspn(text, safe)] == '\0') {
		page_html_plain(out, text);
		return;
	}
	buf_adds(out, "&#39;");
	while (*text != '\0') {
		text += copy_part(text, part);
		page_html_plain(out, part);
		if (*text == '\'') {
			buf_adds(out, "&#39;\\&#39;&#39;");
			text++;
		}
	}
	buf_adds(out, "&#39;");
}
