#ifndef FAKE_CONTROL_SINK_H
#define FAKE_CONTROL_SINK_H

#include "tests/fake/fake.h"

/*
 * A place for notifications to go to when no receiver is at hand: keeps the
 * last 10,000 bodies.  Locked; see control_objects.h.
 */
json_t *control_sink_take(struct fake *f, json_t *in);

/* The next "count" of them are answered with "status" and not kept. */
json_t *control_sink_fail(struct fake *f, json_t *in);

/* The bodies as JSON lines, oldest first. */
void control_sink_lines(struct fake *f, struct text *out);

/* Forgets the bodies and the failures. */
void control_sink_reset(struct fake *f);

#endif
