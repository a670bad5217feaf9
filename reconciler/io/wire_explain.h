/* Our own JSON (see wire.h): why an account's answer is what it is. */
#ifndef TRUEUP_IO_WIRE_EXPLAIN_H
#define TRUEUP_IO_WIRE_EXPLAIN_H

struct explained_object;
struct settings;

/*
 * wire_explain(settings, object): one line, to be freed with wire_free; NULL
 * when memory is short.
 */
char *wire_explain(
    const struct settings *settings, const struct explained_object *object);

#endif
