/* Pages that only say something: the login, and what went wrong. */
#ifndef TRUEUP_IO_PAGE_NOTE_H
#define TRUEUP_IO_PAGE_NOTE_H

#include <stdbool.h>

struct page_frame;
struct page_path;

/*
 * page_note_login(frame, to, wrong): a form for the token that then leads to
 * that page; wrong: the one that was given is none.
 */
void page_note_login(
    struct page_frame *frame, const struct page_path *to, bool wrong);

/* page_note_write(frame, title, text): both are ours. */
void page_note_write(
    struct page_frame *frame, const char *title, const char *text);

#endif
