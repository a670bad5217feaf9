/*
 * Any path, form, cookie and text of a request for a page: a page with a name
 * of its form, a field that fits, no session that nobody was given, and HTML
 * that stays well-formed.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"
#include "reconciler/io/page_form.h"
#include "reconciler/io/page_html.h"
#include "reconciler/io/page_path.h"
#include "reconciler/io/page_session.h"

#include "tests/unit/page_reader.h"

enum { VALUE = 64, HTML_BYTES = 4 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(int promise)
{
	if (!promise)
		abort();
}

static void try_path(const char *text)
{
	struct page_path path, back;
	struct buf out;

	buf_init(&out, HTML_BYTES);
	if (page_path_parse(text, &path) != 0)
		hold(path.what == PAGE_ACCOUNT && path.account[0] == '\0');
	else if (path.what == PAGE_ACCOUNT)
		hold(name_account_is_valid(path.account));
	else
		hold(path.account[0] == '\0');
	if (path.account[0] != '\0') {
		page_path_write(&path, &out);
		hold(page_path_parse(buf_text(&out), &back) == 0);
		hold(strcmp(path.account, back.account) == 0);
	}
	(void)page_path_is_ours(text, text);
	buf_fini(&out);
}

static void try_form(const char *text, size_t len)
{
	char value[VALUE];
	int rc = page_form_field(text, len, "token", value, sizeof(value));

	hold(rc == 0 || rc == ERR_ABSENT || rc == ERR_BAD || rc == ERR_FULL);
	hold(rc != 0 || strlen(value) < sizeof(value));
	rc = page_form_value(text, value, sizeof(value));
	hold(rc != 0 || strlen(value) < sizeof(value));
}

static void try_html(const char *text)
{
	struct page_reader *reader = malloc(sizeof(*reader));
	struct buf out;

	hold(reader != NULL);
	buf_init(&out, HTML_BYTES);
	buf_adds(&out, "<p title=\"");
	page_html_value(&out, text);
	buf_adds(&out, "\">");
	page_html_text(&out, text);
	page_html_quoted(&out, text);
	page_html_account(&out, text);
	buf_adds(&out, "</p>");
	hold(out.error == 0);
	hold(page_reader_part(reader, buf_text(&out)) == NULL);
	buf_fini(&out);
	free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct settings settings = {
	    .api = {.tokens = {"a-token-that-nobody-guesses"}, .n_tokens = 1}};
	char *text = malloc(size + 1);

	hold(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	try_path(text);
	try_form(text, size);
	try_html(text);
	hold(!page_session_is_open(&settings, text, 1795323600123));
	free(text);
	return 0;
}
