/*
 * The alarm for lost webhooks (trueup.conf(5), silence): changes are found that
 * nobody told us of, and nothing was told for too long.
 */
#ifndef TRUEUP_IO_SILENCE_H
#define TRUEUP_IO_SILENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lane;
struct log;
struct provider_settings;
struct store;
struct tally;

/* silence_rings(provider, tally, now): by what has been counted so far. */
bool silence_rings(const struct provider_settings *provider,
    const struct tally *tally, int64_t now_ms);

/*
 * silence_listen(store, lanes, n, log): set each lane's `silent` anew, and tell
 * of those at which it just began. What cannot be read now stays as it was.
 */
void silence_listen(
    struct store *store, struct lane *lanes, size_t n, const struct log *log);

#endif
