/*
 * The pages of `serve` for people with a browser: who may see them, which one
 * is asked for, and its answer. They only read. Who showed a token of the API
 * at the login has a session (page_session.h); a request with a bearer token
 * needs none.
 */
#ifndef TRUEUP_IO_PAGE_H
#define TRUEUP_IO_PAGE_H

struct api_call;

/*
 * page_answer(call): one answer. call has settings, asker, view or why there
 * is none, arena, out and now; its path and query are not looked at.
 */
void page_answer(struct api_call *call);

#endif
