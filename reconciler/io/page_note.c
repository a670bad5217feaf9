#include "reconciler/base/buf.h"

#include "reconciler/io/page_frame.h"
#include "reconciler/io/page_path.h"

#include "reconciler/io/page_note.h"

void page_note_login(
    struct page_frame *frame, const struct page_path *to, bool wrong)
{
	struct buf *out = frame->out;

	page_frame_begin(frame, "Sign in", NULL);
	buf_adds(out, "<div class=\"login\"><h1>Sign in</h1>\n"
		      "<form action=\"/login\" method=\"post\">\n");
	if (wrong)
		buf_adds(out, "<p class=\"note\" role=\"alert\">This is not a "
			      "token that is known.</p>\n");
	buf_adds(out,
	    "<label for=\"token\">Token of the query API</label>\n"
	    "<input id=\"token\" name=\"token\" type=\"password\" "
	    "autocomplete=\"current-password\" required=\"required\"/>\n"
	    "<input type=\"hidden\" name=\"to\" value=\"");
	/* Percent-encoded: there is nothing in it that has to be escaped. */
	if (to->what == PAGE_ACCOUNT)
		page_path_write(to, out);
	else
		buf_adds(out, "/");
	buf_adds(out,
	    "\"/>\n<button type=\"submit\">Sign in</button></form>\n"
	    "<p class=\"quiet\">It is one of the lines of "
	    "<code>api.token_file</code>. It is sent once; the browser keeps "
	    "a session of twelve hours in its place.</p>\n"
	    "<p class=\"quiet\">Signed in already, and came by a link from "
	    "elsewhere? <a href=\"\">Open it once more</a>: browsers do not "
	    "show the session to who follows one.</p></div>\n");
	page_frame_end(frame);
}

void page_note_write(
    struct page_frame *frame, const char *title, const char *text)
{
	page_frame_begin(frame, title, NULL);
	buf_addf(
	    frame->out, "<h1>%s</h1>\n<p role=\"alert\">%s</p>\n", title, text);
	buf_adds(frame->out, "<p><a href=\"/\">To the status page</a></p>\n");
	page_frame_end(frame);
}
