/*
 * What is measured, as OpenMetrics text (OpenMetrics 1.0). All names begin with
 * trueup_; the only labels are our own words and the names of configured
 * providers, so that there are as many series as the configuration says. No
 * account, id or secret is in them.
 */
#ifndef TRUEUP_IO_METRICS_H
#define TRUEUP_IO_METRICS_H

#include <stddef.h>
#include <stdint.h>

struct api_counts;
struct buf;
struct status;

/* What is known of the store; status NULL: it cannot be read. */
void metrics_store(
    struct buf *out, const struct status *status, int64_t now_ms);
/* What is known of this process, and how it answered so far. */
void metrics_process(struct buf *out, const struct api_counts *counts);
/* metrics_end(out): the last line. */
void metrics_end(struct buf *out);

#endif
