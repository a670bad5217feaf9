/*
 * curl_loop: the bare libcurl multi loop that the worker is measured against.
 * GETs URL/1 to URL/COUNT, FLIGHTS at once over kept connections, with the
 * headers of the eCurring client, and discards the bodies. Prints the
 * milliseconds that took; fails unless every answer was a 200.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <curl/curl.h>

enum { URL_BYTES = 512, HEADER_BYTES = 512, POLL_MS = 1000 };

struct loop {
	const char *url;
	size_t count;
	size_t next;
	size_t ended;
	size_t good; /* answers of status 200 */
	CURLM *multi;
	struct curl_slist *headers;
};

static int64_t mono_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void need(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "curl_loop: %s\n", what);
	exit(2);
}

static size_t discard(char *data, size_t size, size_t n, void *cookie)
{
	(void)data;
	(void)cookie;
	return size * n;
}

static struct curl_slist *make_headers(const char *key)
{
	char line[HEADER_BYTES];
	struct curl_slist *list =
	    curl_slist_append(NULL, "Accept: application/vnd.api+json");
	int len = snprintf(line, sizeof(line), "X-Authorization: %s", key);

	need(list != NULL && len > 0 && (size_t)len < sizeof(line),
	    "the key is too long");
	list = curl_slist_append(list, line);
	need(list != NULL, "out of memory");
	return list;
}

static CURL *make_handle(const struct loop *loop)
{
	CURL *easy = curl_easy_init();

	need(easy != NULL, "out of memory");
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, loop->headers);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	return easy;
}

/* The next URL on this handle; nothing when all have been asked. */
static void ask(struct loop *loop, CURL *easy)
{
	char url[URL_BYTES];
	int len;

	if (loop->next == loop->count)
		return;
	len = snprintf(url, sizeof(url), "%s/%zu", loop->url, ++loop->next);
	need(len > 0 && (size_t)len < sizeof(url), "the URL is too long");
	need(curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK &&
		 curl_multi_add_handle(loop->multi, easy) == CURLM_OK,
	    "libcurl refused a transfer");
}

static void take_answers(struct loop *loop)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(loop->multi, &left)) != NULL) {
		CURL *easy = message->easy_handle;
		long status = 0;

		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
		loop->good += message->data.result == CURLE_OK && status == 200;
		loop->ended++;
		curl_multi_remove_handle(loop->multi, easy);
		ask(loop, easy);
	}
}

static void drive(struct loop *loop)
{
	int running;

	while (loop->ended < loop->count) {
		need(curl_multi_perform(loop->multi, &running) == CURLM_OK,
		    "curl_multi_perform");
		take_answers(loop);
		/* Handles that were just added make this return at once. */
		need(loop->ended == loop->count ||
			 curl_multi_poll(loop->multi, NULL, 0, POLL_MS, NULL) ==
			     CURLM_OK,
		    "curl_multi_poll");
	}
}

static size_t number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	need(*text != '\0' && *end == '\0' && value > 0, "not a number");
	return value;
}

int main(int argc, char **argv)
{
	struct loop loop = {0};
	CURL **handles;
	size_t flights;
	int64_t start_us;

	need(argc == 5, "usage: curl_loop URL COUNT FLIGHTS KEY");
	loop.url = argv[1];
	loop.count = number(argv[2]);
	flights = number(argv[3]);
	need(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, "libcurl");
	start_us = mono_us();
	loop.multi = curl_multi_init();
	loop.headers = make_headers(argv[4]);
	handles = calloc(flights, sizeof(CURL *));
	need(loop.multi != NULL && handles != NULL, "out of memory");
	curl_multi_setopt(loop.multi, CURLMOPT_MAXCONNECTS, (long)flights);
	for (size_t i = 0; i < flights; i++) {
		handles[i] = make_handle(&loop);
		ask(&loop, handles[i]);
	}
	drive(&loop);
	printf("%.3f\n", (double)(mono_us() - start_us) / 1000);
	for (size_t i = 0; i < flights; i++)
		curl_easy_cleanup(handles[i]);
	curl_slist_free_all(loop.headers);
	curl_multi_cleanup(loop.multi);
	curl_global_cleanup();
	free(handles);
	if (loop.good != loop.count)
		fprintf(stderr, "curl_loop: %zu good answers of %zu\n",
		    loop.good, loop.count);
	return loop.good == loop.count ? 0 : 1;
}
