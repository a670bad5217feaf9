#ifndef FAKE_CONTROL_OBJECTS_H
#define FAKE_CONTROL_OBJECTS_H

#include "tests/fake/fake.h"

/*
 * The control calls that touch objects.  Each takes the call's body (an
 * object, borrowed) and returns the answer's body, the caller's: an object
 * whose member "error" says what was wrong, if anything was.  Locked.
 */
json_t *control_objects_create(struct fake *f, json_t *in);
json_t *control_objects_transition(struct fake *f, json_t *in);
json_t *control_objects_edit(struct fake *f, json_t *in);
json_t *control_objects_delete(struct fake *f, json_t *in);
json_t *control_objects_hide(struct fake *f, json_t *in);
json_t *control_objects_notify(struct fake *f, json_t *in);
json_t *control_objects_sign(struct fake *f, json_t *in);

#endif
