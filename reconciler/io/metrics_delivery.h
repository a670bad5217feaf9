/* The part of metrics.h about handing changes on. */
#ifndef TRUEUP_IO_METRICS_DELIVERY_H
#define TRUEUP_IO_METRICS_DELIVERY_H

#include <stdint.h>

struct buf;
struct status;

/* Nothing where no target is configured, nor ever was. */
void metrics_delivery(
    struct buf *out, const struct status *status, int64_t now_ms);

#endif
