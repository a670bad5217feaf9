#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "tests/fake/text.h"
#include "tests/fake/when.h"
#include "tests/fake/notify.h"

enum {
	FLIGHTS = 16,
	FIRST_WAIT_MS = 20,
	MAX_WAIT_MS = 1000,
	TIMEOUT_MS = 15000,
	IDLE_MS = 1000
};

struct notice {
	char *url;
	char *body;
	size_t body_bytes;
	struct curl_slist *headers;
	int64_t due_mono_ms;
	int tries;
	unsigned generation;
	struct notice *next;
};

struct counts {
	json_int_t queued, attempts, accepted, refused, retries;
};

struct notify {
	pthread_mutex_t lock;
	pthread_t thread;
	CURLM *multi;
	struct notice *first, **end; /* to be sent, in this order */
	struct notice *waiting;	     /* to be sent again */
	CURL *all[FLIGHTS];
	CURL *idle[FLIGHTS];
	size_t idle_len;
	struct counts counts;
	json_int_t pending; /* queued, waiting or in flight */
	json_t *statuses;
	unsigned generation; /* one more with each reset */
	bool is_ending;
};

static void notice_free(struct notice *one)
{
	curl_slist_free_all(one->headers);
	free(one->url);
	free(one->body);
	free(one);
}

static size_t swallow(char *bytes, size_t size, size_t n, void *cookie)
{
	(void)bytes;
	(void)cookie;
	return size * n;
}

static void start(struct notify *n, struct notice *one)
{
	CURL *easy = n->idle[--n->idle_len];

	curl_easy_setopt(easy, CURLOPT_URL, one->url);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)one->body_bytes);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, one->body);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, one->headers);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, one);
	one->tries++;
	n->counts.attempts++;
	curl_multi_add_handle(n->multi, easy);
}

/* Starts what may start; returns how long nothing more will become due. */
static int start_due(struct notify *n)
{
	int64_t now_ms = when_mono_ms();
	int64_t next_ms = now_ms + IDLE_MS;
	struct notice **at = &n->waiting;

	while (*at != NULL && n->idle_len > 0) {
		struct notice *one = *at;

		if (one->due_mono_ms > now_ms) {
			if (one->due_mono_ms < next_ms)
				next_ms = one->due_mono_ms;
			at = &one->next;
			continue;
		}
		*at = one->next;
		start(n, one);
	}
	while (n->first != NULL && n->idle_len > 0) {
		struct notice *one = n->first;

		n->first = one->next;
		if (n->first == NULL)
			n->end = &n->first;
		start(n, one);
	}
	return (int)(next_ms - now_ms);
}

static void count_status(struct notify *n, long status)
{
	char name[16] = "broken";

	if (status != 0)
		text_print(name, sizeof(name), "%ld", status);
	json_object_set_new(n->statuses, name,
	    json_integer(
		1 + json_integer_value(json_object_get(n->statuses, name))));
}

static void retry(struct notify *n, struct notice *one)
{
	int64_t wait_ms = FIRST_WAIT_MS;
	int i;

	for (i = 1; i < one->tries && wait_ms < MAX_WAIT_MS; i++)
		wait_ms *= 2;
	if (wait_ms > MAX_WAIT_MS)
		wait_ms = MAX_WAIT_MS;
	one->due_mono_ms = when_mono_ms() + wait_ms;
	one->next = n->waiting;
	n->waiting = one;
	n->counts.retries++;
}

static void settle(struct notify *n, struct notice *one, long status)
{
	if (one->generation != n->generation) {
		notice_free(one);
		return;
	}
	count_status(n, status);
	if (status == 0 || status == 429 || status >= 500) {
		retry(n, one);
		return;
	}
	if (status >= 200 && status < 300)
		n->counts.accepted++;
	else
		n->counts.refused++;
	n->pending--;
	notice_free(one);
}

/* Returns whether anything ended, so that more may start. */
static bool finish(struct notify *n)
{
	CURLMsg *message;
	bool has_ended = false;
	int left;

	while ((message = curl_multi_info_read(n->multi, &left)) != NULL) {
		CURL *easy = message->easy_handle;
		char *cookie = NULL;
		long status = 0;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, &cookie);
		if (message->data.result == CURLE_OK)
			curl_easy_getinfo(
			    easy, CURLINFO_RESPONSE_CODE, &status);
		curl_multi_remove_handle(n->multi, easy);
		curl_easy_setopt(easy, CURLOPT_PRIVATE, NULL);
		n->idle[n->idle_len++] = easy;
		settle(n, (struct notice *)(void *)cookie, status);
		has_ended = true;
	}
	return has_ended;
}

static void *run(void *cookie)
{
	struct notify *n = cookie;
	int wait_ms, running;
	bool is_ending;

	do {
		pthread_mutex_lock(&n->lock);
		wait_ms = start_due(n);
		pthread_mutex_unlock(&n->lock);
		curl_multi_perform(n->multi, &running);
		pthread_mutex_lock(&n->lock);
		if (finish(n))
			wait_ms = 0;
		is_ending = n->is_ending;
		pthread_mutex_unlock(&n->lock);
		if (!is_ending)
			curl_multi_poll(n->multi, NULL, 0, wait_ms, NULL);
	} while (!is_ending);
	return NULL;
}

static CURL *easy_new(void)
{
	CURL *easy = curl_easy_init();

	if (easy == NULL)
		return NULL;
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow);
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	return easy;
}

struct notify *notify_new(void)
{
	struct notify *n = text_need(sizeof(*n));
	bool is_good;
	size_t i;

	pthread_mutex_init(&n->lock, NULL);
	n->end = &n->first;
	n->statuses = json_object();
	n->multi = curl_multi_init();
	is_good = n->multi != NULL;
	for (i = 0; i < FLIGHTS; i++) {
		n->all[i] = n->idle[i] = easy_new();
		is_good = is_good && n->all[i] != NULL;
	}
	n->idle_len = FLIGHTS;
	n->is_ending = !is_good;
	if (!is_good || pthread_create(&n->thread, NULL, run, n) != 0) {
		fprintf(stderr, "fake-provider: no notification sender\n");
		abort();
	}
	return n;
}

static void drop_list(struct notice *one)
{
	while (one != NULL) {
		struct notice *next = one->next;

		notice_free(one);
		one = next;
	}
}

static void drop_all(struct notify *n)
{
	drop_list(n->first);
	drop_list(n->waiting);
	n->first = n->waiting = NULL;
	n->end = &n->first;
}

static void drop_flight(struct notify *n, CURL *easy)
{
	char *cookie = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &cookie);
	curl_multi_remove_handle(n->multi, easy);
	curl_easy_cleanup(easy);
	if (cookie != NULL)
		notice_free((struct notice *)(void *)cookie);
}

void notify_free(struct notify *n)
{
	size_t i;

	if (n == NULL)
		return;
	pthread_mutex_lock(&n->lock);
	n->is_ending = true;
	pthread_mutex_unlock(&n->lock);
	curl_multi_wakeup(n->multi);
	pthread_join(n->thread, NULL);
	drop_all(n);
	for (i = 0; i < FLIGHTS; i++)
		drop_flight(n, n->all[i]);
	curl_multi_cleanup(n->multi);
	json_decref(n->statuses);
	pthread_mutex_destroy(&n->lock);
	free(n);
}

static struct curl_slist *header_list(const json_t *headers)
{
	static const char type[] = "Content-Type: application/json";
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	json_t *copy = json_deep_copy(headers);
	struct text line = {0};
	const char *name;
	json_t *value;

	if (json_object_get(headers, "Content-Type") == NULL)
		list = curl_slist_append(list, type);
	json_object_foreach(copy, name, value)
	{
		text_fini(&line);
		text_addf(&line, "%s: %s", name,
		    json_is_string(value) ? json_string_value(value) : "");
		list = curl_slist_append(list, line.bytes);
	}
	text_fini(&line);
	json_decref(copy);
	return list;
}

void notify_send(struct notify *n, const char *url, const char *body,
    size_t body_bytes, const json_t *headers)
{
	struct notice *one = text_need(sizeof(*one));

	one->url = text_copy(url);
	one->body = text_need(body_bytes + 1);
	memcpy(one->body, body, body_bytes);
	one->body_bytes = body_bytes;
	one->headers = header_list(headers);
	pthread_mutex_lock(&n->lock);
	one->generation = n->generation;
	*n->end = one;
	n->end = &one->next;
	n->counts.queued++;
	n->pending++;
	pthread_mutex_unlock(&n->lock);
	curl_multi_wakeup(n->multi);
}

json_t *notify_json(struct notify *n)
{
	json_t *all;

	pthread_mutex_lock(&n->lock);
	all = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "queued",
	    n->counts.queued, "attempts", n->counts.attempts, "accepted",
	    n->counts.accepted, "refused", n->counts.refused, "retries",
	    n->counts.retries, "pending", n->pending, "statuses",
	    json_deep_copy(n->statuses));
	pthread_mutex_unlock(&n->lock);
	return all;
}

void notify_reset(struct notify *n)
{
	pthread_mutex_lock(&n->lock);
	drop_all(n);
	n->generation++;
	n->pending = 0;
	memset(&n->counts, 0, sizeof(n->counts));
	json_object_clear(n->statuses);
	pthread_mutex_unlock(&n->lock);
}
