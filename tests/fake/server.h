#ifndef FAKE_SERVER_H
#define FAKE_SERVER_H

#include "tests/fake/fake.h"

/*
 * The HTTP side: the provider's API and, under /_control/, the control path.
 * Listens on loopback only, PORT 0 for any free one.  Fills in f->base_url.
 * NULL with the cause on stderr.
 */
struct server;

struct server *server_open(struct fake *f, unsigned port, unsigned threads);

/* The port in use. */
unsigned server_port(const struct server *s);

/* Ends waiting requests without an answer, then all others. */
void server_close(struct server *s);

#endif
