/* All lanes of a worker: opened with what the store knows of their providers.
 */
#ifndef TRUEUP_IO_LANES_H
#define TRUEUP_IO_LANES_H

#include <stddef.h>

struct err_text;
struct lane;
struct settings;
struct store;

/*
 * lanes_open(lanes, settings, store, limit, err): one for each provider, in
 * their order, into zeroed memory; limit is the most requests that all of them
 * together may have under way (one each at least). Each has its share of that
 * for itself: as much as it may use, or as much as any other, whatever the
 * others hang on. 0, or negative; lanes_close in any case.
 */
int lanes_open(struct lane *lanes, const struct settings *settings,
    struct store *store, size_t limit, struct err_text *err);
/* lanes_slots(lanes, n): flights that all of them may have at a time. */
size_t lanes_slots(const struct lane *lanes, size_t n);
void lanes_close(struct lane *lanes, size_t n);

#endif
