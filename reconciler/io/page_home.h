/* The page of how all is. */
#ifndef TRUEUP_IO_PAGE_HOME_H
#define TRUEUP_IO_PAGE_HOME_H

struct err_text;
struct page_frame;

enum { PAGE_HOME_CHANGES = 20 };

/*
 * page_home_write(frame, wrong, err): the whole page; wrong: what is to be said
 * of a question first, or NULL. 0, or an error before anything is written.
 */
int page_home_write(
    struct page_frame *frame, const char *wrong, struct err_text *err);

#endif
