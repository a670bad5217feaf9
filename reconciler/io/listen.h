/* A listening TCP socket from the text of the configuration. */
#ifndef TRUEUP_IO_LISTEN_H
#define TRUEUP_IO_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

struct err_text;

enum { LISTEN_ADDRESS_MAX = 80 }; /* "[IPv6%scope]:65535" and its NUL */

/*
 * listen_open(address, out, err): bind and listen on "127.0.0.1:8480",
 * "[::1]:8480" or "localhost:8480"; port 0 takes a free one. The descriptor is
 * the caller's; it does not block and does not survive exec. 0; ERR_BAD: not
 * an address; ERR_DENIED: not ours to take; ERR_AGAIN: taken; ERR_FAIL.
 */
int listen_open(const char *address, int *out, struct err_text *err);

/*
 * listen_is_loopback(address): of the form above, and nobody but this machine
 * reaches it.
 */
bool listen_is_loopback(const char *address);

/*
 * listen_address(fd, out): where it listens, in the form above, numeric and
 * with the real port; "" when the system does not tell. Returns out.
 */
const char *listen_address(int fd, char out[LISTEN_ADDRESS_MAX]);

#endif
