/*
 * Writing HTML that is well-formed XML as well. Whatever comes from outside
 * goes through page_html_text and page_html_value, which nothing can break out
 * of: marks of direction are shown as what they are, a text of the other
 * direction stays in its place. Pure.
 */
#ifndef TRUEUP_IO_PAGE_HTML_H
#define TRUEUP_IO_PAGE_HTML_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct object_ref;

enum {
	PAGE_HTML_TEXT_MAX = 300, /* bytes of a text that are shown */
	PAGE_HTML_AGE_MAX = 32
};

/*
 * page_html_text(out, text): between tags, isolated from its surroundings; cut
 * after PAGE_HTML_TEXT_MAX bytes. NULL and "" are a dash.
 * page_html_plain: the same without a tag of its own, uncut and as it is: for
 * a title, or what stands in a tag already.
 */
void page_html_text(struct buf *out, const char *text);
void page_html_plain(struct buf *out, const char *text);
/* page_html_value(out, text): inside of the quotes of an attribute, uncut. */
void page_html_value(struct buf *out, const char *text);

/*
 * page_html_time(out, ms, now): a moment, and how far from now it is; none: a
 * dash. page_html_moment: the moment alone. page_html_age(from, to, out): how
 * long that is: "3 min".
 */
void page_html_time(struct buf *out, int64_t ms, int64_t now_ms);
void page_html_moment(struct buf *out, int64_t ms);
const char *page_html_age(
    int64_t from_ms, int64_t to_ms, char out[PAGE_HTML_AGE_MAX]);

/* page_html_object(out, ref): its three names. */
void page_html_object(struct buf *out, const struct object_ref *ref);
/* page_html_account(out, account): a link to its page. */
void page_html_account(struct buf *out, const char *account);
/*
 * page_html_quoted(out, text): as one word of a shell, in text (POSIX 1003.1,
 * Shell Command Language, 2.2.2).
 */
void page_html_quoted(struct buf *out, const char *text);

/* page_html_number(out, n): digits. */
void page_html_number(struct buf *out, uint64_t n);

#endif
