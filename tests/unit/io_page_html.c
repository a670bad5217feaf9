/* What comes from outside stays text, whatever it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/core/history.h"
#include "reconciler/core/settings.h"
#include "reconciler/core/timeline.h"
#include "reconciler/io/page_frame.h"
#include "reconciler/io/page_html.h"
#include "reconciler/io/page_note.h"
#include "reconciler/io/page_path.h"
#include "reconciler/io/page_style.h"
#include "reconciler/io/page_svg.h"
#include "reconciler/io/page_table.h"

#include "tests/unit/page_reader.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define HOUR (INT64_C(3600) * 1000)

static struct buf out;
static struct page_reader reader;

static int setup(void **state)
{
	(void)state;
	buf_init(&out, 1 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	buf_fini(&out);
	return 0;
}

static const char *const hostile[] = {"<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>", "' onmouseover='x", "&lt;b&gt;",
    "</bdi>", "]]>", "<!--", "a\nb", "\x01\x1b[31m", "\x7f", "\xff\xfe", "\xc3",
    "\xed\xa0\x80", "\xe2\x80\xaegpj.exe", "\xe2\x81\xa6x", "\xd9\x85\xd8\xb1",
    "\xc2\x9b[31m", "\xef\xbb\xbf", "\xef\xbf\xbf", "\xf0\x9f\x8d\x8a",
    "javascript:alert(1)", "//elsewhere.example", "%00", "a/b?c#d", "--help",
    "$(id)", "it's", ""};

static void test_text_is_escaped(void **state)
{
	static const struct {
		const char *text;
		const char *html;
	} rows[] = {
	    {"a<b>&\"'", "<bdi>a&lt;b&gt;&amp;&quot;&#39;</bdi>"},
	    {"caf\xc3\xa9 \xf0\x9f\x8d\x8a",
		"<bdi>caf\xc3\xa9 \xf0\x9f\x8d\x8a</bdi>"},
	    {"\xe2\x80\xaeoops", "<bdi>[U+202E]oops</bdi>"},
	    {"x\xe2\x81\xa9\xd8\x9c", "<bdi>x[U+2069][U+061C]</bdi>"},
	    {"\xc2\x9b\xef\xbb\xbf", "<bdi>[U+009B][U+FEFF]</bdi>"},
	    {"a\tb\xff", "<bdi>a\xef\xbf\xbd"
			 "b\xef\xbf\xbd</bdi>"},
	    {"", "<span class=\"none\">\xe2\x80\x93</span>"},
	    {NULL, "<span class=\"none\">\xe2\x80\x93</span>"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_reset(&out);
		page_html_text(&out, rows[i].text);
		assert_string_equal(buf_text(&out), rows[i].html);
	}
	/* In a value marks of direction stay: they are sent back. */
	buf_reset(&out);
	page_html_value(&out, "\xe2\x80\xae\"<'");
	assert_string_equal(buf_text(&out), "\xe2\x80\xae&quot;&lt;&#39;");
}

static void test_long_text_is_cut(void **state)
{
	char text[4097];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	/* At a whole character. */
	memcpy(text + PAGE_HTML_TEXT_MAX - 1, "\xc3\xa9", 2);
	page_html_text(&out, text);
	assert_int_equal(out.len, strlen("<bdi></bdi>") + PAGE_HTML_TEXT_MAX -
				      1 + strlen("\xe2\x80\xa6"));
	assert_null(page_reader_part(&reader, buf_text(&out)));
}

static void test_ages(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {{0, "0 s"}, {89999, "89 s"}, {90000, "1 min"},
	    {90 * 60000 - 1, "89 min"}, {90 * 60000, "1 h"},
	    {36 * HOUR - 1, "35 h"}, {36 * HOUR, "1 day"},
	    {48 * HOUR, "2 days"}};
	char age[PAGE_HTML_AGE_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_string_equal(
		    page_html_age(5, 5 + rows[i].ms, age), rows[i].text);
		assert_string_equal(
		    page_html_age(5 + rows[i].ms, 5, age), rows[i].text);
	}
	page_html_time(&out, 1795323600123, 1795323600123 + HOUR / 2);
	assert_string_equal(buf_text(&out),
	    "<time datetime=\"2026-11-22T05:00:00.123Z\">2026-11-22 05:00:00 "
	    "UTC</time> <span class=\"age\">30 min ago</span>");
}

static void test_shell_words(void **state)
{
	static const struct {
		const char *text;
		const char *html;
	} rows[] = {{"usr_1", "usr_1"}, {"shop/7", "shop/7"},
	    {"", "&#39;&#39;"}, {"-x", "&#39;-x&#39;"},
	    {"a b", "&#39;a b&#39;"}, {"$(id)`;", "&#39;$(id)`;&#39;"},
	    {"it's", "&#39;it&#39;\\&#39;&#39;s&#39;"},
	    {"'", "&#39;&#39;\\&#39;&#39;&#39;"}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_reset(&out);
		page_html_quoted(&out, rows[i].text);
		assert_string_equal(buf_text(&out), rows[i].html);
	}
}

/* ---- whole parts with hostile texts in each place ------------------------ */

static void write_everything(const char *text)
{
	static const char *const headers[] = {"A", "B", "C", "D", NULL};
	const struct object_ref ref = {"shop", "subscription", text};
	struct page_table table;

	page_table_begin(&table, &out, "A table", headers);
	page_table_row(&table);
	page_table_text(&table, text);
	page_table_cell(&table);
	page_html_object(&out, &ref);
	page_table_cell(&table);
	page_html_account(&out, text);
	page_table_cell(&table);
	page_html_quoted(&out, text);
	page_table_row(&table);
	page_table_time(&table, 1, 2);
	page_table_number(&table, 3);
	page_table_end(&table);
}

static void test_hostile_texts_stay_texts(void **state)
{
	const struct page_path account = {.what = PAGE_ACCOUNT};
	struct page_frame frame = {.out = &out,
	    .now_ms = 1795323600123,
	    .is_known = true,
	    .may_leave = true};

	(void)state;
	for (size_t i = 0; i < COUNT(hostile); i++) {
		const char *wrong;

		buf_reset(&out);
		page_frame_begin(&frame, hostile[i], hostile[i]);
		buf_adds(&out, "<h1>A</h1>");
		write_everything(hostile[i]);
		page_frame_end(&frame);
		wrong = page_reader_page(&reader, buf_text(&out));
		if (wrong != NULL)
			fail_msg("%s: %s: %.40s", hostile[i], wrong, reader.at);
		buf_reset(&out);
		page_note_login(&frame, &account, true);
		assert_null(page_reader_page(&reader, buf_text(&out)));
	}
}

/* The reader itself sees what is wrong. */
static void test_the_reader_reads(void **state)
{
	static const char *const bad[] = {"<p>", "</p>", "<p></b>",
	    "<p><b></p>", "a & b", "&nbsp;", "<p a=b></p>", "<p a=\"b></p>",
	    "<p a=\"1\" a=\"2\"></p>", "<p id=\"a\"/><p id=\"a\"/>",
	    "<script/>", "<p onclick=\"x\"/>", "<p style=\"x\"/>",
	    "<a href=\"http://x\"/>", "<a href=\"//x\"/>", "<th>x</th>",
	    "<input/>", "<label for=\"x\"/>", "a > b", "\x01", "<p a=\"<\"/>"};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (page_reader_part(&reader, bad[i]) == NULL)
			fail_msg("not seen: %s", bad[i]);
	}
	assert_null(page_reader_part(
	    &reader, "<p id=\"a\">x &amp; y<br/></p><label for=\"a\"/>"));
}

static void test_the_drawing(void **state)
{
	static const struct timeline_piece pieces[] = {
	    {HOUR, 2 * HOUR, TIMELINE_PART, TIMELINE_KNOWN, "pending",
		"<b>\"x\"</b>"},
	    {2 * HOUR, 2 * HOUR, TIMELINE_NONE, TIMELINE_KNOWN, "failed", "f"},
	    {2 * HOUR, 3 * HOUR, TIMELINE_FULL, TIMELINE_BETWEEN, "active",
		"a"},
	    {3 * HOUR, 9 * HOUR, TIMELINE_FULL, TIMELINE_KNOWN, "active", "a"},
	    {9 * HOUR, INT64_MAX, TIMELINE_DARK, TIMELINE_FORESEEN, "unknown",
		NULL}};
	struct timeline_row rows[2] = {
	    {.is_access = true, .pieces = pieces, .n = COUNT(pieces)},
	    {.object = {"shop", "subscription", "</text><script>"},
		.pieces = pieces,
		.n = COUNT(pieces)}};
	struct timeline timeline;
	struct arena arena;
	const char *wrong;

	(void)state;
	arena_init(&arena, 1 << 16);
	assert_int_equal(
	    timeline_make(rows, 2, 9 * HOUR, &arena, &timeline), 0);
	timeline.hidden = 3;
	page_svg_timeline(&out, &timeline);
	wrong = page_reader_part(&reader, buf_text(&out));
	if (wrong != NULL)
		fail_msg("%s: %.40s", wrong, reader.at);
	assert_non_null(strstr(buf_text(&out), "url(#between)"));
	assert_non_null(strstr(buf_text(&out), "3 more objects"));
	assert_null(strstr(buf_text(&out), "<script"));
	/* A row a piece in the table that says the same. */
	for (wrong = buf_text(&out); strstr(wrong, "scope=\"row\"") != NULL;
	     timeline.hidden++)
		wrong = strstr(wrong, "scope=\"row\"") + 1;
	assert_int_equal(timeline.hidden - 3, 2 * COUNT(pieces));
	buf_reset(&out);
	timeline.n = 0;
	page_svg_timeline(&out, &timeline);
	assert_int_equal(out.len, 0);
	arena_fini(&arena);
}

/* In a style element nothing is escaped, so nothing may have to be. */
static void test_the_style_needs_no_escapes(void **state)
{
	(void)state;
	page_style_write(&out);
	assert_int_equal(out.error, 0);
	assert_true(out.len < PAGE_STYLE_MAX);
	assert_null(strpbrk(buf_text(&out), "<>&"));
	assert_null(strstr(buf_text(&out), "url("));
	assert_null(strstr(buf_text(&out), "@import"));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(test_text_is_escaped),
	    CASE(test_long_text_is_cut),
	    CASE(test_ages),
	    CASE(test_shell_words),
	    CASE(test_hostile_texts_stay_texts),
	    CASE(test_the_reader_reads),
	    CASE(test_the_drawing),
	    CASE(test_the_style_needs_no_escapes),
	};

	return cmocka_run_group_tests_name("io_page_html", tests, NULL, NULL);
}
