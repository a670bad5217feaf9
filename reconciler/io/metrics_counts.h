/* The part of metrics.h about what processes counted (cache/counts.h). */
#ifndef TRUEUP_IO_METRICS_COUNTS_H
#define TRUEUP_IO_METRICS_COUNTS_H

struct buf;
struct status;

void metrics_counts(struct buf *out, const struct status *status);

#endif
