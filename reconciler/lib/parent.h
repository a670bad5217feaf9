/*
 * Who opened this? Told without a system call: a page that a child of fork()
 * finds empty.
 */
#ifndef TRUEUP_LIB_PARENT_H
#define TRUEUP_LIB_PARENT_H

#include <stdbool.h>

struct parent;

/* parent_new(): this process, it is. NULL: no memory. */
struct parent *parent_new(void);
/* parent_free(parent): NULL-safe. */
void parent_free(struct parent *parent);
/* parent_is_me(parent): this is the process that made it. */
bool parent_is_me(const struct parent *parent);

#endif
