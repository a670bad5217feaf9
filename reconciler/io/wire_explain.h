/* Our own JSON (see wire.h): why an account's answer is what it is. */
#ifndef TRUEUP_IO_WIRE_EXPLAIN_H
#define TRUEUP_IO_WIRE_EXPLAIN_H

struct buf;
struct explained_object;
struct settings;

void wire_explain(const struct settings *settings,
    const struct explained_object *object, struct buf *out);

#endif
