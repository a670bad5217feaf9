/* The history of an account, as a part of its page. */
#ifndef TRUEUP_IO_PAGE_PAST_H
#define TRUEUP_IO_PAGE_PAST_H

#include <stddef.h>

struct history_lines;
struct page_frame;

/* page_past_write(frame, past, max): the newest max of them, newest first. */
void page_past_write(
    struct page_frame *frame, const struct history_lines *past, size_t max);

#endif
