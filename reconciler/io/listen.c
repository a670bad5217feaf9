#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/io/listen.h"

enum { HOST_BYTES = 64, PORT_BYTES = 8, PORT_MAX = 65535, BACKLOG = 1024 };

/* "HOST:PORT", the host in brackets when it has colons of its own. */
static int split(const char *address, char host[HOST_BYTES], const char **port)
{
	const char *end = strrchr(address, ':');
	const char *begin = address;
	int64_t number;
	size_t len;

	if (end == NULL || text_int(end + 1, 0, PORT_MAX, &number) != 0)
		return ERR_BAD;
	*port = end + 1;
	if (*begin == '[') {
		begin++;
		end--;
		if (end <= begin || *end != ']')
			return ERR_BAD;
	} else if (memchr(begin, ':', (size_t)(end - begin)) != NULL) {
		return ERR_BAD;
	}
	if (end == begin || end - begin >= HOST_BYTES)
		return ERR_BAD;
	len = (size_t)(end - begin);
	memcpy(host, begin, len);
	host[len] = '\0';
	return 0;
}

static int code_of(int number)
{
	switch (number) {
	case EADDRINUSE:
		return ERR_AGAIN;
	case EACCES:
	case EPERM:
		return ERR_DENIED;
	case EADDRNOTAVAIL:
		return ERR_BAD;
	default:
		return ERR_FAIL;
	}
}

static int prepare(int fd, const struct addrinfo *info)
{
	int on = 1;

	if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0)
		return -1;
	return bind(fd, info->ai_addr, info->ai_addrlen) != 0 ||
		       listen(fd, BACKLOG) != 0
		   ? -1
		   : 0;
}

int listen_open(const char *address, int *out, struct err_text *err)
{
	struct addrinfo hints = {
	    .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *info = NULL;
	char host[HOST_BYTES];
	const char *port;
	int rc;

	*out = -1;
	if (split(address, host, &port) != 0) {
		return err_set(err, ERR_BAD,
		    "listen: HOST:PORT is wanted, as in 127.0.0.1:8480 or"
		    " [::1]:8480, not '%s'",
		    address);
	}
	rc = getaddrinfo(host, port, &hints, &info);
	if (rc != 0) {
		return err_set(
		    err, ERR_BAD, "listen: %s: %s", address, gai_strerror(rc));
	}
	rc = 0;
	*out = socket(info->ai_family, info->ai_socktype, info->ai_protocol);
	if (*out < 0 || prepare(*out, info) != 0) {
		rc = err_set(err, code_of(errno), "listen: %s: %s", address,
		    strerror(errno));
		if (*out >= 0)
			close(*out);
		*out = -1;
	}
	freeaddrinfo(info);
	return rc;
}

static bool info_is_loopback(const struct addrinfo *info)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (info->ai_family == AF_INET) {
		memcpy(&v4, info->ai_addr, sizeof(v4));
		return ntohl(v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	}
	if (info->ai_family != AF_INET6)
		return false;
	memcpy(&v6, info->ai_addr, sizeof(v6));
	return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

bool listen_is_loopback(const char *address)
{
	struct addrinfo hints = {
	    .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *info = NULL;
	char host[HOST_BYTES];
	const char *port;
	bool loopback;

	if (split(address, host, &port) != 0 ||
	    getaddrinfo(host, port, &hints, &info) != 0)
		return false;
	/* listen_open takes the first one. */
	loopback = info_is_loopback(info);
	freeaddrinfo(info);
	return loopback;
}

const char *listen_address(int fd, char out[LISTEN_ADDRESS_MAX])
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	char host[HOST_BYTES];
	char port[PORT_BYTES];
	int n;

	out[0] = '\0';
	if (getsockname(fd, (struct sockaddr *)&address, &len) != 0 ||
	    getnameinfo((struct sockaddr *)&address, len, host, sizeof(host),
		port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return out;
	n = snprintf(out, LISTEN_ADDRESS_MAX,
	    address.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
	if (n < 0 || n >= LISTEN_ADDRESS_MAX)
		out[0] = '\0';
	return out;
}
