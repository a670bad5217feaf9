#include <string.h>

#include "cache/store.h"

#include "reconciler/base/buf.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/page_html.h"
#include "reconciler/io/page_style.h"
#include "reconciler/io/wire.h"

#include "reconciler/io/page_frame.h"

/* The mark of a page in a browser's tab: no request is made for it. */
static const char icon[] =
    "data:image/svg+xml,%3Csvg xmlns=&#39;http://www.w3.org/2000/svg&#39; "
    "viewBox=&#39;0 0 16 16&#39;%3E%3Ccircle cx=&#39;8&#39; cy=&#39;8&#39; "
    "r=&#39;7&#39; fill=&#39;%231a7f37&#39;/%3E%3Cpath d=&#39;M4 8l3 3 5-6"
    "&#39; stroke=&#39;%23fff&#39; stroke-width=&#39;2&#39; fill=&#39;none"
    "&#39;/%3E%3C/svg%3E";

static void add_search(struct page_frame *frame, const char *account)
{
	struct buf *out = frame->out;

	buf_adds(out, "<form class=\"search\" action=\"/\" method=\"get\" "
		      "role=\"search\"><label for=\"account\">Account</label>\n"
		      "<input id=\"account\" name=\"account\" type=\"search\" "
		      "autocomplete=\"off\" autocapitalize=\"off\" "
		      "spellcheck=\"false\" value=\"");
	if (account != NULL)
		page_html_value(out, account);
	buf_adds(
	    out, "\"/>\n<button type=\"submit\">Look up</button></form>\n");
}

void page_frame_begin(
    struct page_frame *frame, const char *title, const char *account)
{
	struct buf *out = frame->out;

	buf_adds(out, "<!DOCTYPE html>\n"
		      "<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n"
		      "<meta name=\"viewport\" "
		      "content=\"width=device-width, initial-scale=1\"/>\n"
		      "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
		      "<meta name=\"robots\" content=\"noindex\"/>\n<title>");
	page_html_plain(out, title);
	buf_addf(out,
	    " \xC2\xB7 trueup</title>\n<link rel=\"icon\" href=\"%s\"/>\n"
	    "<style>",
	    icon);
	page_style_write(out);
	buf_adds(out,
	    "</style></head>\n<body>"
	    "<a class=\"skip\" href=\"#main\">To the content</a>\n"
	    "<header><p class=\"brand\"><a href=\"/\">trueup</a></p>\n");
	if (frame->is_known)
		add_search(frame, account);
	if (frame->may_leave)
		buf_adds(out,
		    "<form action=\"/logout\" method=\"post\">"
		    "<button type=\"submit\">Sign out</button></form>\n");
	buf_adds(out, "</header>\n<main id=\"main\">\n");
}

void page_frame_end(struct page_frame *frame)
{
	buf_adds(frame->out, "</main>\n<footer><p>As of ");
	page_html_moment(frame->out, frame->now_ms);
	buf_adds(frame->out,
	    ". This page only reads. It does not renew itself: "
	    "<a href=\"\">load it again</a>.</p></footer></body></html>\n");
}

static void add_barred(
    struct page_frame *frame, const struct provider_status *p)
{
	struct buf *out = frame->out;

	buf_adds(out, " refuses our key since ");
	page_html_time(out, p->health->since_ms, frame->now_ms);
	buf_adds(out, ": ");
	page_html_text(out, p->health->reason);
	buf_adds(out, ". Until that is lifted nothing newer can be known of "
		      "it; no notice is lost.</p><p>To lift it: put a key that "
		      "works into <code>");
	page_html_text(out, p->provider->api_key_file);
	buf_adds(
	    out, "</code>. A new one is tried at once, the old one again ");
	page_html_time(out, p->health->until_ms, frame->now_ms);
	buf_adds(out, ".</p>");
}

static void add_waiting(
    struct page_frame *frame, const struct provider_status *p)
{
	struct buf *out = frame->out;

	buf_adds(out, " is down, or asked for a pause, since ");
	page_html_time(out, p->health->since_ms, frame->now_ms);
	buf_adds(out, ": ");
	page_html_text(out, p->health->reason);
	buf_adds(out, ".</p><p>Nobody has to act: it is asked again ");
	page_html_time(out, p->health->until_ms, frame->now_ms);
	buf_adds(out, ", and nothing is lost meanwhile.</p>");
}

void page_frame_health(
    struct page_frame *frame, const struct provider_status *p)
{
	struct buf *out = frame->out;

	if (p->health->state == HEALTH_OK && !p->silent)
		return;
	buf_adds(out, "<div class=\"note\"><p><strong>");
	page_html_text(out, p->provider->name);
	buf_adds(out, "</strong>");
	if (p->health->state == HEALTH_BARRED) {
		add_barred(frame, p);
	} else if (p->health->state == HEALTH_WAITING) {
		add_waiting(frame, p);
	} else {
		buf_adds(out, " does not notify: the last notification came ");
		page_html_time(out, p->tally->last_notice_ms, frame->now_ms);
		buf_adds(out, ", and looks find changes that nobody told of."
			      "</p><p>To lift it: see at the provider whether "
			      "the webhook is still switched on, and where it "
			      "points.</p>");
	}
	buf_adds(out, "</div>\n");
}
