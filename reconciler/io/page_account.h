/* The page of one account: the answer first, then why. */
#ifndef TRUEUP_IO_PAGE_ACCOUNT_H
#define TRUEUP_IO_PAGE_ACCOUNT_H

struct err_text;
struct page_frame;

enum { PAGE_ACCOUNT_ENTRIES = 200, PAGE_ACCOUNT_GRANTS = 200 };

/*
 * page_account_write(frame, account, err): the whole page. 0, or an error
 * before anything is written.
 */
int page_account_write(
    struct page_frame *frame, const char *account, struct err_text *err);

#endif
