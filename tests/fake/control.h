#ifndef FAKE_CONTROL_H
#define FAKE_CONTROL_H

#include <stddef.h>

#include "tests/fake/answer.h"
#include "tests/fake/fake.h"

/* A request to the control path; README.md lists what can be asked. */
struct call {
	const char *method;
	const char *path; /* behind "/_control/" */
	const char *body; /* or NULL */
	size_t body_bytes;
};

/* Does what the call asks and fills in the answer.  Takes the lock. */
void control_run(
    struct fake *f, const struct call *call, struct answer *answer);

#endif
