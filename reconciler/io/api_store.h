/*
 * The store behind the query API: opened when it is there, which may be long
 * after the start, anew when it was replaced, and for reading only where this
 * process may not write. One for all threads; a view is one thread's.
 */
#ifndef TRUEUP_IO_API_STORE_H
#define TRUEUP_IO_API_STORE_H

struct api_store;
struct log;
struct settings;
struct steady_view;

/* api_store_new(settings, log): both are borrowed; NULL: no memory. */
struct api_store *api_store_new(
    const struct settings *settings, const struct log *log);
/* api_store_free(store): all views are closed. NULL-safe. */
void api_store_free(struct api_store *store);

/*
 * api_store_view(store, view): view, which may be empty, becomes one of what is
 * there now. 0; or it is empty and this is ERR_ABSENT (there is no store yet)
 * or another error, which is in the log once. Closed by steady_close.
 */
int api_store_view(struct api_store *store, struct steady_view *view);

/*
 * api_store_writer(store, view): the store itself (steady_store_of), for who
 * may write to it: to wish for a look. 0; ERR_DENIED: this process may only
 * read it; or as above.
 */
int api_store_writer(struct api_store *store, struct steady_view *view);

#endif
