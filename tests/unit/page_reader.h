/*
 * A strict reader of our pages, for tests: well-formed as XML is, nothing that
 * runs or comes from elsewhere, and what a screen reader needs. Each test
 * program that includes it has its own copy.
 */
#ifndef TRUEUP_TESTS_UNIT_PAGE_READER_H
#define TRUEUP_TESTS_UNIT_PAGE_READER_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
	PAGE_READER_DEPTH = 64,
	PAGE_READER_IDS = 128,
	PAGE_READER_NAME = 64,
	PAGE_READER_VALUE = 1024
};

struct page_reader {
	const char *at;
	char open[PAGE_READER_DEPTH][PAGE_READER_NAME];
	size_t depth;
	char ids[PAGE_READER_IDS][PAGE_READER_NAME];
	size_t n_ids;
	char wanted[PAGE_READER_IDS]
		   [PAGE_READER_NAME]; /* ids named elsewhere */
	size_t n_wanted;
	size_t headings; /* h1 */
	size_t titles;	 /* of the head */
	bool has_lang;
	const char *wrong; /* NULL: nothing so far */
};

static inline bool page_reader_fail(struct page_reader *r, const char *wrong)
{
	if (r->wrong == NULL)
		r->wrong = wrong;
	return false;
}

/* A name of ours: letters, digits, '-', ':'. */
static inline bool page_reader_name(
    struct page_reader *r, char out[PAGE_READER_NAME])
{
	size_t len = strspn(r->at, "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-:");

	if (len == 0 || len >= PAGE_READER_NAME)
		return page_reader_fail(r, "no name");
	memcpy(out, r->at, len);
	out[len] = '\0';
	r->at += len;
	return true;
}

/* The five references that every parser knows. */
static inline bool page_reader_reference(struct page_reader *r)
{
	static const char *const known[] = {
	    "&lt;", "&gt;", "&amp;", "&quot;", "&#39;"};

	for (size_t i = 0; i < 5; i++) {
		if (strncmp(r->at, known[i], strlen(known[i])) == 0) {
			r->at += strlen(known[i]);
			return true;
		}
	}
	return page_reader_fail(r, "an & that is no reference");
}

static inline bool page_reader_is_bad_byte(char c)
{
	unsigned char byte = (unsigned char)c;

	return (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F;
}

static inline bool page_reader_value(
    struct page_reader *r, char out[PAGE_READER_VALUE])
{
	size_t n = 0;

	if (*r->at++ != '"')
		return page_reader_fail(r, "a value without quotes");
	while (*r->at != '"') {
		if (*r->at == '<' || *r->at == '\0' ||
		    page_reader_is_bad_byte(*r->at))
			return page_reader_fail(r, "a bad byte in a value");
		if (n + 1 < PAGE_READER_VALUE)
			out[n++] = *r->at;
		if (*r->at == '&') {
			if (!page_reader_reference(r))
				return false;
		} else {
			r->at++;
		}
	}
	out[n] = '\0';
	r->at++;
	return true;
}

/* ---- elements ----------------------------------------------------------- */

/* What its attributes say that matters here. */
struct page_element {
	char name[PAGE_READER_NAME];
	bool has_scope;
	bool has_id;
	bool is_hidden; /* type or aria-hidden */
	bool has_name;	/* aria-labelledby */
};

static inline bool page_reader_note(struct page_reader *r,
    char (*list)[PAGE_READER_NAME], size_t *n, const char *value)
{
	size_t len = strlen(value);

	if (*n == PAGE_READER_IDS || len >= PAGE_READER_NAME)
		return page_reader_fail(r, "more ids than the reader has room");
	memcpy(list[(*n)++], value, len + 1);
	return true;
}

static inline bool page_reader_has(
    char (*list)[PAGE_READER_NAME], size_t n, const char *value)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i], value) == 0)
			return true;
	}
	return false;
}

static inline bool page_reader_link(
    struct page_reader *r, const char *element, const char *value)
{
	bool icon = strcmp(element, "link") == 0 &&
		    strncmp(value, "data:image/svg+xml,", 19) == 0;

	if (icon || value[0] == '\0' || value[0] == '#')
		return true;
	if (value[0] == '/' && value[1] != '/' && value[1] != '\\')
		return true;
	return page_reader_fail(r, "a link to elsewhere");
}

static inline bool page_reader_named(struct page_reader *r, const char *list)
{
	char one[PAGE_READER_NAME];

	while (*list != '\0') {
		size_t len = strcspn(list, " ");

		if (len >= sizeof(one))
			return page_reader_fail(r, "a long id");
		memcpy(one, list, len);
		one[len] = '\0';
		if (!page_reader_note(r, r->wanted, &r->n_wanted, one))
			return false;
		list += len + strspn(list + len, " ");
	}
	return true;
}

static inline bool page_reader_attribute(struct page_reader *r,
    struct page_element *e, const char *name, const char *value)
{
	if (strncmp(name, "on", 2) == 0 || strcmp(name, "style") == 0 ||
	    strcmp(name, "src") == 0)
		return page_reader_fail(r, "an attribute that is not wanted");
	if (strcmp(name, "href") == 0 || strcmp(name, "action") == 0)
		return page_reader_link(r, e->name, value);
	e->has_scope |= strcmp(name, "scope") == 0;
	e->is_hidden |=
	    strcmp(value, "hidden") == 0 || strcmp(name, "aria-hidden") == 0;
	if (strcmp(name, "lang") == 0)
		r->has_lang |= strcmp(e->name, "html") == 0;
	if (strcmp(name, "for") == 0 || strcmp(name, "aria-labelledby") == 0) {
		e->has_name = true;
		return page_reader_named(r, value);
	}
	if (strcmp(name, "id") != 0)
		return true;
	e->has_id = true;
	if (page_reader_has(r->ids, r->n_ids, value))
		return page_reader_fail(r, "an id twice");
	return page_reader_note(r, r->ids, &r->n_ids, value);
}

static inline bool page_reader_attributes(
    struct page_reader *r, struct page_element *e)
{
	char name[PAGE_READER_NAME], value[PAGE_READER_VALUE];
	char names[16][PAGE_READER_NAME];
	size_t n = 0;

	while (strchr(" \n\t", *r->at) != NULL && *r->at != '\0') {
		r->at += strspn(r->at, " \n\t");
		if (!page_reader_name(r, name))
			return false;
		if (*r->at++ != '=' || !page_reader_value(r, value))
			return page_reader_fail(r, "no value");
		if (n == 16 || page_reader_has(names, n, name))
			return page_reader_fail(r, "an attribute twice");
		(void)snprintf(names[n++], PAGE_READER_NAME, "%s", name);
		if (!page_reader_attribute(r, e, name, value))
			return false;
	}
	return true;
}

static inline bool page_reader_judge(
    struct page_reader *r, const struct page_element *e)
{
	r->headings += strcmp(e->name, "h1") == 0;
	r->titles += strcmp(e->name, "title") == 0 && r->depth > 0 &&
		     strcmp(r->open[r->depth - 1], "head") == 0;
	if (strcmp(e->name, "script") == 0 || strcmp(e->name, "iframe") == 0 ||
	    strcmp(e->name, "img") == 0)
		return page_reader_fail(r, "an element that is not wanted");
	if (strcmp(e->name, "th") == 0 && !e->has_scope)
		return page_reader_fail(r, "a th without scope");
	if (strcmp(e->name, "input") == 0 && !e->is_hidden && !e->has_id)
		return page_reader_fail(r, "an input without an id");
	return true;
}

static inline bool page_reader_open(struct page_reader *r)
{
	struct page_element e;

	memset(&e, 0, sizeof(e));
	if (!page_reader_name(r, e.name) || !page_reader_attributes(r, &e) ||
	    !page_reader_judge(r, &e))
		return false;
	if (strncmp(r->at, "/>", 2) == 0) {
		r->at += 2;
		return true;
	}
	if (*r->at++ != '>')
		return page_reader_fail(r, "a tag without an end");
	if (r->depth == PAGE_READER_DEPTH)
		return page_reader_fail(r, "nested too deeply");
	memcpy(r->open[r->depth++], e.name, sizeof(e.name));
	return true;
}

static inline bool page_reader_close(struct page_reader *r)
{
	char name[PAGE_READER_NAME];

	r->at++;
	if (!page_reader_name(r, name) || *r->at++ != '>')
		return page_reader_fail(r, "a bad end tag");
	if (r->depth == 0 || strcmp(r->open[--r->depth], name) != 0)
		return page_reader_fail(r, "an end tag of another element");
	return true;
}

static inline bool page_reader_step(struct page_reader *r)
{
	if (*r->at == '<') {
		r->at++;
		return *r->at == '/' ? page_reader_close(r)
				     : page_reader_open(r);
	}
	if (*r->at == '&')
		return page_reader_reference(r);
	if (*r->at == '>' || page_reader_is_bad_byte(*r->at))
		return page_reader_fail(r, "a bad byte in a text");
	r->at++;
	return true;
}

/* A part of a page: NULL, or what is wrong with it at r->at. */
static inline const char *page_reader_part(
    struct page_reader *r, const char *text)
{
	memset(r, 0, sizeof(*r));
	r->at = text;
	while (*r->at != '\0' && page_reader_step(r))
		;
	if (r->wrong == NULL && r->depth > 0)
		page_reader_fail(r, "an element without an end");
	for (size_t i = 0; i < r->n_wanted; i++) {
		if (!page_reader_has(r->ids, r->n_ids, r->wanted[i]))
			page_reader_fail(
			    r, "a name of an id that is not there");
	}
	return r->wrong;
}

/* The same of a whole one. */
static inline const char *page_reader_page(
    struct page_reader *r, const char *text)
{
	static const char doctype[] = "<!DOCTYPE html>\n";

	if (strncmp(text, doctype, sizeof(doctype) - 1) != 0)
		return "no doctype";
	if (page_reader_part(r, text + sizeof(doctype) - 1) != NULL)
		return r->wrong;
	if (r->headings != 1)
		return "not one h1";
	if (r->titles != 1)
		return "not one title";
	return r->has_lang ? NULL : "no lang";
}

#endif
