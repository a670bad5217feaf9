/* What couriers log. Neither an account nor a secret is ever in it. */
#ifndef TRUEUP_IO_DELIVERY_TELL_H
#define TRUEUP_IO_DELIVERY_TELL_H

#include "reconciler/core/delivery.h"

struct carried;
struct health;
struct log;
struct parcel;

/* delivery_tell_end(log, target, parcel, end): how one try ended. */
void delivery_tell_end(const struct log *log, enum delivery_target target,
    const struct parcel *parcel, const struct carried *end);
/* delivery_tell_health(log, target, health): it has changed. */
void delivery_tell_health(const struct log *log, enum delivery_target target,
    const struct health *health);
/* delivery_tell_trouble(log, target, event, why): someone must act. */
void delivery_tell_trouble(const struct log *log, enum delivery_target target,
    const char *event, const char *why);

#endif
