/*
 * receiver_probe: what the tests of the receiver need to see from outside.
 *
 *   receiver_probe load PORT PATH CONNECTIONS COUNT
 *     POSTs notifications with the subscription ids 1..COUNT, each once, over
 *     kept connections; prints each id whose answer was 200. Ends when all are
 *     answered, or when the receiver is gone; the last line, on stderr, is
 *     "acked=N refused=N unanswered=N". Loopback only.
 *   receiver_probe ids STORE
 *     Prints the id of every notice in a store that nobody works on.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cache/store.h"
#include "reconciler/base/err.h"
#include "reconciler/base/random.h"
#include "reconciler/core/settings.h"

enum {
	IN_BYTES = 2048,
	EVENTS = 64,
	COLLECT = 1000000,
	CONNECTIONS_MAX = 4096
};

struct connection {
	int fd; /* -1: gone */
	long id;
	size_t len;
	char in[IN_BYTES];
};

struct load {
	const char *path;
	long next, count;
	long acked, refused, unanswered;
	int epoll;
	size_t open;
	struct connection *connections;
};

/* ---- load -----------------------------------------------------------------
 */

static void leave(struct load *load, struct connection *c)
{
	if (c->id > 0)
		load->unanswered++;
	close(c->fd);
	c->fd = -1;
	load->open--;
}

static void ask(struct load *load, struct connection *c)
{
	char body[64];
	char text[512];
	int n;

	c->id = 0;
	c->len = 0;
	if (load->next > load->count) {
		leave(load, c);
		return;
	}
	c->id = load->next++;
	snprintf(body, sizeof(body), "{\"subscription_id\": \"%ld\"}", c->id);
	n = snprintf(text, sizeof(text),
	    "POST %s HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    load->path, strlen(body), body);
	if (send(c->fd, text, (size_t)n, MSG_NOSIGNAL) != n)
		leave(load, c);
}

/* Every answer of the receiver ends in the brace of its JSON. */
static void hear(struct load *load, struct connection *c)
{
	ssize_t n = recv(c->fd, c->in + c->len, IN_BYTES - 1 - c->len, 0);

	if (n <= 0) {
		leave(load, c);
		return;
	}
	c->len += (size_t)n;
	c->in[c->len] = '\0';
	if (strstr(c->in, "\r\n\r\n{") == NULL || c->in[c->len - 1] != '}')
		return;
	if (strncmp(c->in, "HTTP/1.1 200 ", 13) == 0) {
		load->acked++;
		printf("%ld\n", c->id);
	} else {
		load->refused++;
	}
	ask(load, c);
}

static bool join(struct load *load, struct connection *c, long port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = c}};

	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (c->fd < 0 ||
	    connect(c->fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    epoll_ctl(load->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0)
		return false;
	load->open++;
	ask(load, c);
	return true;
}

static int run_load(long port, const char *path, long connections, long count)
{
	struct epoll_event events[EVENTS];
	struct load load = {.path = path, .next = 1, .count = count};

	/* Who watches our output kills at the moment that it means to. */
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	load.epoll = epoll_create1(EPOLL_CLOEXEC);
	load.connections =
	    calloc((size_t)connections, sizeof(*load.connections));
	if (load.epoll < 0 || load.connections == NULL)
		return 1;
	for (long i = 0; i < connections; i++) {
		if (!join(&load, &load.connections[i], port)) {
			perror("connect");
			return 1;
		}
	}
	while (load.open > 0) {
		int n = epoll_wait(load.epoll, events, EVENTS, -1);

		for (int i = 0; i < n; i++)
			hear(&load, events[i].data.ptr);
		if (n < 0 && errno != EINTR)
			return 1;
	}
	fprintf(stderr, "acked=%ld refused=%ld unanswered=%ld\n", load.acked,
	    load.refused, load.unanswered);
	free(load.connections);
	close(load.epoll);
	return 0;
}

/* ---- ids -------------------------------------------------------------------
 */

static int print_id(void *cookie, const struct job *job)
{
	(void)cookie;
	printf("%s\n", job->ref.id);
	return 0;
}

static int collect(struct store *store, struct err_text *err)
{
	const struct provider_settings provider = {.name = "ecurring"};
	const struct settings settings = {
	    .providers = &provider, .n_providers = 1};
	struct store_turn *turn = NULL;
	struct random random;
	int rc;

	random_seed(&random);
	rc = store_turn_begin(store, &settings, 1, &random, &turn, err);
	if (rc != 0)
		return rc;
	while (store_turn_collect(turn, COLLECT) > 0)
		continue;
	return store_turn_commit(turn, err);
}

static int run_ids(const char *path)
{
	const struct store_options options = {
	    .path = path, .map_bytes = (uint64_t)1 << 36, .high_water = 90};
	const struct job_filter all = {.state = -1};
	struct store *store = NULL;
	struct store_view *view = NULL;
	struct err_text err = {""};
	int rc = store_open(&options, &store, &err);

	if (rc == 0)
		rc = collect(store, &err);
	if (rc == 0)
		rc = store_view_open(store, &view, &err);
	if (rc == 0)
		rc = store_view_jobs(view, &all, 1, print_id, NULL, &err);
	if (rc != 0)
		fprintf(stderr, "%s\n", err.text);
	store_view_close(view);
	store_close(store);
	return rc != 0;
}

int main(int argc, char **argv)
{
	if (argc == 6 && strcmp(argv[1], "load") == 0) {
		long connections = strtol(argv[4], NULL, 10);

		if (connections < 1 || connections > CONNECTIONS_MAX)
			return 2;
		return run_load(strtol(argv[2], NULL, 10), argv[3], connections,
		    strtol(argv[5], NULL, 10));
	}
	if (argc == 3 && strcmp(argv[1], "ids") == 0)
		return run_ids(argv[2]);
	fputs("usage: receiver_probe load PORT PATH CONNECTIONS COUNT\n"
	      "       receiver_probe ids STORE\n",
	    stderr);
	return 2;
}
