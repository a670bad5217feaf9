/* Questions about a URL of the configuration. */
#ifndef TRUEUP_CMD_URL_H
#define TRUEUP_CMD_URL_H

#include <stdbool.h>

struct arena;

/*
 * url_host(rest, arena): the host part of an http(s) URL, without a port, given
 * what follows "://"; "" when there is none, NULL when memory is short.
 */
const char *url_host(const char *rest, struct arena *arena);
/* url_host_is_loopback(host): what is sent there stays on this machine. */
bool url_host_is_loopback(const char *host);

#endif
