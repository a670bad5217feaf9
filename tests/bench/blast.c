/*
 * blast: POSTs notifications over many keep-alive connections until each one
 * is acknowledged with a 2xx.  Loopback only; --help tells the options.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	ID_BYTES = 128,
	OUT_BYTES = 2048,
	IN_BYTES = 8192,
	EVENTS = 256,
	STATUSES = 600,
	RETRY_NS = 50000000
};

static const int64_t SECOND_NS = 1000000000;

struct options {
	const char *url;
	const char *ids;
	const char *range;
	size_t count;
	size_t connections;
	uint64_t seed;
	double rate; /* per second; 0: as fast as it goes */
	double deadline_s;
};

enum phase { CLOSED, CONNECTING, IDLE, BUSY };

struct connection {
	int fd;
	enum phase phase;
	bool has_notice;
	bool wants_out; /* epoll watches for room to write */
	uint32_t notice;
	int64_t begin_ns;
	int64_t not_before_ns; /* a failure makes it wait */
	size_t out_len, out_at, in_len;
	char out[OUT_BYTES];
	char in[IN_BYTES];
};

struct blast {
	struct options o;
	struct sockaddr_in address;
	char path[512];
	char (*ids)[ID_BYTES];
	size_t ids_len;
	uint32_t *queue; /* ring of o.count notices still to be sent */
	size_t queue_at, queue_len;
	struct connection *connections;
	int epoll;
	int64_t start_ns, next_ns, end_ns;
	uint32_t *took_us; /* of each acknowledged notice */
	uint64_t sent, acked, broken;
	uint64_t statuses[STATUSES];
};

static int64_t mono_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * SECOND_NS + ts.tv_nsec;
}

static void *need(size_t n, size_t bytes)
{
	void *p = calloc(n ? n : 1, bytes);

	if (p == NULL) {
		fputs("blast: out of memory\n", stderr);
		exit(2);
	}
	return p;
}

/* splitmix64 */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* Every id as often as every other, in a seeded order. */
static void fill_queue(struct blast *b)
{
	uint64_t state = b->o.seed;
	size_t i;

	b->queue = need(b->o.count, sizeof(*b->queue));
	b->took_us = need(b->o.count, sizeof(*b->took_us));
	for (i = 0; i < b->o.count; i++)
		b->queue[i] = (uint32_t)(i % b->ids_len);
	for (i = b->o.count; i > 1; i--) {
		size_t j = (size_t)(next_random(&state) % i);
		uint32_t swap = b->queue[i - 1];

		b->queue[i - 1] = b->queue[j];
		b->queue[j] = swap;
	}
	b->queue_len = b->o.count;
}

static void push(struct blast *b, uint32_t notice)
{
	b->queue[(b->queue_at + b->queue_len++) % b->o.count] = notice;
}

static uint32_t pull(struct blast *b)
{
	uint32_t notice = b->queue[b->queue_at];

	b->queue_at = (b->queue_at + 1) % b->o.count;
	b->queue_len--;
	return notice;
}

static void watch(struct blast *b, struct connection *c, int op, bool wants_out)
{
	struct epoll_event event = {
	    .events = EPOLLIN | (wants_out ? EPOLLOUT : 0u)};

	event.data.ptr = c;
	c->wants_out = wants_out;
	epoll_ctl(b->epoll, op, c->fd, &event);
}

/* What was under way on a broken connection is sent again. */
static void give_up(struct blast *b, struct connection *c)
{
	if (c->fd >= 0)
		close(c->fd);
	if (c->has_notice)
		push(b, c->notice);
	if (c->phase != IDLE) {
		b->broken++;
		c->not_before_ns = mono_ns() + RETRY_NS;
	}
	c->fd = -1;
	c->has_notice = false;
	c->phase = CLOSED;
	c->out_len = c->out_at = c->in_len = 0;
}

static void open_connection(struct blast *b, struct connection *c)
{
	int one = 1;

	c->phase = CONNECTING;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0) {
		give_up(b, c);
		return;
	}
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(c->fd, (struct sockaddr *)&b->address,
		sizeof(b->address)) != 0 &&
	    errno != EINPROGRESS) {
		give_up(b, c);
		return;
	}
	watch(b, c, EPOLL_CTL_ADD, true);
}

static void write_some(struct blast *b, struct connection *c)
{
	while (c->out_at < c->out_len) {
		ssize_t n = send(c->fd, c->out + c->out_at,
		    c->out_len - c->out_at, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0) {
			give_up(b, c);
			return;
		}
		c->out_at += (size_t)n;
	}
	if ((c->out_at < c->out_len) != c->wants_out)
		watch(b, c, EPOLL_CTL_MOD, c->out_at < c->out_len);
}

/* "ID" is a subscription; "SUBSCRIPTION TRANSACTION" is a transaction. */
static int write_body(const char *id, char *out, size_t out_bytes)
{
	const char *blank = strchr(id, ' ');

	if (blank == NULL)
		return snprintf(
		    out, out_bytes, "{\"subscription_id\":\"%s\"}", id);
	return snprintf(out, out_bytes,
	    "{\"subscription_id\":\"%.*s\",\"transaction_id\":\"%s\"}",
	    (int)(blank - id), id, blank + 1);
}

static void send_next(struct blast *b, struct connection *c, int64_t now_ns)
{
	char body[2 * ID_BYTES + 64];
	int body_len, len;

	c->notice = pull(b);
	c->has_notice = true;
	body_len = write_body(b->ids[c->notice], body, sizeof(body));
	len = snprintf(c->out, sizeof(c->out),
	    "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
	    "Content-Type: application/json\r\n"
	    "Content-Length: %d\r\n\r\n%s",
	    b->path, body_len, body);
	c->out_len = len > 0 && (size_t)len < sizeof(c->out) ? (size_t)len : 0;
	c->out_at = c->in_len = 0;
	c->begin_ns = now_ns;
	c->phase = BUSY;
	b->sent++;
	if (b->o.rate > 0)
		b->next_ns += (int64_t)((double)SECOND_NS / b->o.rate);
	write_some(b, c);
}

/* Does what this connection may do now. */
static void drive(struct blast *b, struct connection *c, int64_t now_ns)
{
	if (b->queue_len == 0 || now_ns < c->not_before_ns)
		return;
	if (c->phase == CLOSED)
		open_connection(b, c);
	else if (c->phase == IDLE && now_ns >= b->next_ns)
		send_next(b, c, now_ns);
}

/* The value of a header in a head that ends with a NUL, or NULL. */
static const char *header(const char *head, const char *name)
{
	size_t len = strlen(name);
	const char *line = head;

	while ((line = strstr(line, "\r\n")) != NULL) {
		line += 2;
		if (strncasecmp(line, name, len) == 0 && line[len] == ':')
			return line + len + 1 + strspn(line + len + 1, " ");
	}
	return NULL;
}

static void settle(
    struct blast *b, struct connection *c, long status, bool is_closing)
{
	int64_t now_ns = mono_ns();

	if (status < 0 || status >= STATUSES)
		status = 0;
	b->statuses[status]++;
	if (status >= 200 && status < 300) {
		b->took_us[b->acked++] =
		    (uint32_t)((now_ns - c->begin_ns) / 1000);
	} else {
		push(b, c->notice);
		c->not_before_ns = now_ns + RETRY_NS;
	}
	c->has_notice = false;
	c->phase = IDLE;
	c->in_len = 0;
	if (is_closing)
		give_up(b, c);
	drive(b, c, now_ns);
}

/* Whether the whole answer is there; a body without a length is not known. */
static void read_answer(struct blast *b, struct connection *c)
{
	const char *length, *closing;
	size_t head_len;
	char *end;

	c->in[c->in_len] = '\0';
	end = strstr(c->in, "\r\n\r\n");
	if (end == NULL)
		return;
	head_len = (size_t)(end - c->in) + 4;
	end[2] = '\0';
	length = header(c->in, "Content-Length");
	closing = header(c->in, "Connection");
	end[2] = '\r';
	if (length == NULL || strncmp(c->in, "HTTP/1.", 7) != 0) {
		fputs("blast: an answer without Content-Length\n", stderr);
		give_up(b, c);
		return;
	}
	if (c->in_len < head_len + strtoul(length, NULL, 10))
		return;
	settle(b, c, strtol(c->in + 9, NULL, 10),
	    closing != NULL && strncasecmp(closing, "close", 5) == 0);
}

static void on_event(struct blast *b, struct connection *c, uint32_t events)
{
	ssize_t n;

	if (c->phase == CONNECTING && (events & (EPOLLERR | EPOLLHUP)) == 0) {
		c->phase = IDLE;
		watch(b, c, EPOLL_CTL_MOD, false);
		drive(b, c, mono_ns());
		return;
	}
	if ((events & EPOLLOUT) != 0)
		write_some(b, c);
	if (c->fd < 0 || (events & ~(uint32_t)EPOLLOUT) == 0)
		return;
	n = recv(c->fd, c->in + c->in_len, IN_BYTES - 1 - c->in_len, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		give_up(b, c);
		return;
	}
	c->in_len += (size_t)n;
	if (c->phase == BUSY)
		read_answer(b, c);
}

static int wait_ms(const struct blast *b, int64_t now_ns)
{
	int64_t wait = 20;

	if (b->queue_len > 0 && b->o.rate > 0 && b->next_ns > now_ns)
		wait = (b->next_ns - now_ns) / 1000000;
	return (int)(wait > 20 ? 20 : wait);
}

static void run(struct blast *b)
{
	struct epoll_event events[EVENTS];
	int64_t now_ns = mono_ns();
	size_t c;
	int i, n;

	b->start_ns = b->next_ns = now_ns;
	while (b->acked < b->o.count &&
	       (double)(now_ns - b->start_ns) / 1e9 < b->o.deadline_s) {
		for (c = 0; c < b->o.connections; c++)
			drive(b, &b->connections[c], now_ns);
		n = epoll_wait(b->epoll, events, EVENTS, wait_ms(b, now_ns));
		for (i = 0; i < n; i++)
			on_event(b, events[i].data.ptr, events[i].events);
		now_ns = mono_ns();
	}
	b->end_ns = now_ns;
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double took_ms(const struct blast *b, double part)
{
	size_t i = (size_t)((double)b->acked * part);

	if (b->acked == 0)
		return 0;
	return b->took_us[i < b->acked ? i : b->acked - 1] / 1000.0;
}

static void report(struct blast *b)
{
	double seconds = (double)(b->end_ns - b->start_ns) / 1e9;
	const char *comma = "";
	int i;

	qsort(b->took_us, b->acked, sizeof(*b->took_us), by_size);
	printf("{\"sent\":%llu,\"acked\":%llu,\"unacked\":%llu,"
	       "\"broken\":%llu,\"status\":{",
	    (unsigned long long)b->sent, (unsigned long long)b->acked,
	    (unsigned long long)(b->o.count - b->acked),
	    (unsigned long long)b->broken);
	for (i = 0; i < STATUSES; i++) {
		if (b->statuses[i] == 0)
			continue;
		printf("%s\"%d\":%llu", comma, i,
		    (unsigned long long)b->statuses[i]);
		comma = ",";
	}
	printf("},\"seconds\":%.3f,\"per_second\":%.1f,\"p50_ms\":%.3f,"
	       "\"p99_ms\":%.3f,\"max_ms\":%.3f}\n",
	    seconds, seconds > 0 ? (double)b->acked / seconds : 0.0,
	    took_ms(b, 0.5), took_ms(b, 0.99), took_ms(b, 1.0));
}

/* http://127.0.0.1:PORT/PATH */
static int read_url(struct blast *b)
{
	static const char start[] = "http://127.0.0.1:";
	const char *port = b->o.url + sizeof(start) - 1;
	char *path = NULL;
	unsigned long n;
	int len;

	if (strncmp(b->o.url, start, sizeof(start) - 1) != 0)
		return -1;
	n = strtoul(port, &path, 10);
	if (n == 0 || n > UINT16_MAX)
		return -1;
	b->address.sin_family = AF_INET;
	b->address.sin_port = htons((uint16_t)n);
	b->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	len = snprintf(b->path, sizeof(b->path), "%s", *path ? path : "/");
	return len > 0 && (size_t)len < sizeof(b->path) ? 0 : -1;
}

static int read_ids(struct blast *b)
{
	FILE *file = fopen(b->o.ids, "r");
	size_t cap = 0;
	char line[ID_BYTES];

	if (file == NULL) {
		perror(b->o.ids);
		return -1;
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] == '\0')
			continue;
		if (b->ids_len == cap) {
			char(*more)[ID_BYTES] =
			    need(cap ? cap * 2 : 1024, ID_BYTES);

			if (cap > 0)
				memcpy(more, b->ids, cap * ID_BYTES);
			free(b->ids);
			b->ids = more;
			cap = cap ? cap * 2 : 1024;
		}
		memcpy(b->ids[b->ids_len++], line, ID_BYTES);
	}
	fclose(file);
	return b->ids_len > 0 ? 0 : -1;
}

static int read_range(struct blast *b)
{
	char *end = NULL;
	unsigned long long from = strtoull(b->o.range, &end, 10);
	unsigned long long to = *end == '-' ? strtoull(end + 1, NULL, 10) : 0;
	unsigned long long i;

	if (from == 0 || to < from || to - from >= UINT32_MAX)
		return -1;
	b->ids = need((size_t)(to - from + 1), ID_BYTES);
	for (i = from; i <= to; i++) {
		if (snprintf(b->ids[b->ids_len++], ID_BYTES, "%llu", i) < 0)
			return -1;
	}
	return 0;
}

static int set_option(struct options *o, const char *name, const char *value)
{
	if (strcmp(name, "--url-base") == 0)
		o->url = value;
	else if (strcmp(name, "--ids") == 0)
		o->ids = value;
	else if (strcmp(name, "--range") == 0)
		o->range = value;
	else if (strcmp(name, "--count") == 0)
		o->count = strtoul(value, NULL, 10);
	else if (strcmp(name, "--connections") == 0)
		o->connections = strtoul(value, NULL, 10);
	else if (strcmp(name, "--seed") == 0)
		o->seed = strtoull(value, NULL, 10);
	else if (strcmp(name, "--rate") == 0)
		o->rate = strtod(value, NULL);
	else if (strcmp(name, "--deadline") == 0)
		o->deadline_s = strtod(value, NULL);
	else
		return -1;
	return 0;
}

static int usage(FILE *out)
{
	fputs("usage: blast --url-base http://127.0.0.1:PORT/PATH\n"
	      "             --ids FILE | --range A-B\n"
	      "  --ids FILE       one a line: SUBSCRIPTION [TRANSACTION]\n"
	      "  --range A-B      subscriptions with these ids\n"
	      "  --count N        notices, spread over the ids (default: one\n"
	      "                   for each)\n"
	      "  --connections C  kept alive (default 16)\n"
	      "  --seed S         of the order (default 1)\n"
	      "  --rate R         a second (default 0: as fast as it goes)\n"
	      "  --deadline S     seconds to try for (default 60)\n"
	      "Sends until every notice has had its 2xx; prints one JSON\n"
	      "line.  Exit status: 0 all acknowledged, 1 not in time, 2\n"
	      "could not run.\n",
	    out);
	return out == stdout ? 0 : 2;
}

static int blast_init(struct blast *b)
{
	size_t i;

	if (b->o.url == NULL || read_url(b) != 0)
		return -1;
	if (b->o.ids != NULL ? read_ids(b) : read_range(b))
		return -1;
	if (b->o.count == 0)
		b->o.count = b->ids_len;
	if (b->o.connections == 0)
		b->o.connections = 1;
	b->connections = need(b->o.connections, sizeof(*b->connections));
	for (i = 0; i < b->o.connections; i++)
		b->connections[i].fd = -1;
	b->epoll = epoll_create1(EPOLL_CLOEXEC);
	fill_queue(b);
	return b->epoll < 0 ? -1 : 0;
}

static void blast_fini(struct blast *b)
{
	size_t i;

	for (i = 0; i < b->o.connections && b->connections != NULL; i++) {
		if (b->connections[i].fd >= 0)
			close(b->connections[i].fd);
	}
	if (b->epoll >= 0)
		close(b->epoll);
	free(b->connections);
	free(b->queue);
	free(b->took_us);
	free(b->ids);
}

int main(int argc, char **argv)
{
	struct blast b;
	bool is_done;
	int i;

	memset(&b, 0, sizeof(b));
	b.epoll = -1;
	b.o.connections = 16;
	b.o.seed = 1;
	b.o.deadline_s = 60;
	b.o.range = "";
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout);
	for (i = 1; i < argc; i += 2) {
		if (i + 1 == argc ||
		    set_option(&b.o, argv[i], argv[i + 1]) != 0)
			return usage(stderr);
	}
	if (blast_init(&b) != 0) {
		blast_fini(&b);
		return usage(stderr);
	}
	run(&b);
	report(&b);
	is_done = b.acked == b.o.count;
	blast_fini(&b);
	return is_done ? 0 : 1;
}
