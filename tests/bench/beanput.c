/*
 * beanput PORT CONNECTIONS SECONDS: puts jobs into beanstalkd, one at a time on
 * each connection, and prints how many a second were INSERTED.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 64, LINE_BYTES = 128, CONNECTIONS_MAX = 1024 };

struct connection {
	int fd;
	size_t len;
	char line[LINE_BYTES];
};

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The same words as in the body of a notification. */
static bool put(const struct connection *c)
{
	static const char job[] = "put 0 0 60 31\r\n"
				  "{\"subscription_id\": \"10000001\"}\r\n";

	return send(c->fd, job, sizeof(job) - 1, MSG_NOSIGNAL) ==
	       (ssize_t)sizeof(job) - 1;
}

static bool join(struct connection *c, int epoll, long port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = c}};

	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	return c->fd >= 0 &&
	       connect(c->fd, (struct sockaddr *)&address, sizeof(address)) ==
		   0 &&
	       epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event) == 0 && put(c);
}

/* 1: inserted; 0: not the whole line yet; -1: anything else. */
static int hear(struct connection *c)
{
	ssize_t n = recv(c->fd, c->line + c->len, LINE_BYTES - 1 - c->len, 0);

	if (n <= 0)
		return -1;
	c->len += (size_t)n;
	c->line[c->len] = '\0';
	if (c->line[c->len - 1] != '\n')
		return c->len < LINE_BYTES - 1 ? 0 : -1;
	c->len = 0;
	return strncmp(c->line, "INSERTED ", 9) == 0 && put(c) ? 1 : -1;
}

static int measure(int epoll, double seconds)
{
	double start = now_s();
	double now = start;
	long inserted = 0;

	while (now < start + seconds) {
		struct epoll_event events[EVENTS];
		int n = epoll_wait(epoll, events, EVENTS, 100);

		for (int i = 0; i < n; i++) {
			int rc = hear(events[i].data.ptr);

			if (rc < 0)
				return 1;
			inserted += rc;
		}
		now = now_s();
	}
	printf("%.0f\n", (double)inserted / (now - start));
	return 0;
}

int main(int argc, char **argv)
{
	static struct connection connections[CONNECTIONS_MAX];
	long n = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (n < 1 || n > CONNECTIONS_MAX || epoll < 0) {
		fputs("usage: beanput PORT CONNECTIONS SECONDS\n", stderr);
		return 2;
	}
	for (long i = 0; i < n; i++) {
		if (!join(&connections[i], epoll, strtol(argv[1], NULL, 10))) {
			perror("beanput");
			return 1;
		}
	}
	return measure(epoll, strtod(argv[3], NULL));
}
