/* What the pages look like. */
#ifndef TRUEUP_IO_PAGE_STYLE_H
#define TRUEUP_IO_PAGE_STYLE_H

struct buf;

enum { PAGE_STYLE_MAX = 16 * 1024 };

/* page_style_write(out): the style sheet; nothing in it has to be escaped. */
void page_style_write(struct buf *out);

#endif
