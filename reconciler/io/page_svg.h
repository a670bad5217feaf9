/* A timeline (core/timeline.h) as a drawing, and as a table. Pure. */
#ifndef TRUEUP_IO_PAGE_SVG_H
#define TRUEUP_IO_PAGE_SVG_H

struct buf;
struct timeline;

/*
 * page_svg_timeline(out, timeline): a figure with an inline SVG (2, W3C) whose
 * text does not shrink with it, a legend, and the same as a table. Nothing
 * where there are no rows.
 */
void page_svg_timeline(struct buf *out, const struct timeline *timeline);

#endif
