/*
 * One suite over every client with its fixtures. Each folder
 * tests/fixtures/TYPE/CASE holds a notification, an answer, or both:
 *   hook.json   a notification      hook.expect   what it asks us to look at
 *   hook.type   its Content-Type (else application/json)
 *   hook.header lines "Name: value" (else as a genuine sender of the type)
 *   object      "KIND ID [PARENT_KIND PARENT_ID]" that is looked at
 *   reply.json  the answer          reply.expect  the question, the reading
 *   reply.head  "STATUS [CONTENT-TYPE]" (else 200 and the type's)
 *   reply2.json … the answers to what was asked further, reply2.head …
 *   account_from, mode, options  the provider's settings of that name; without
 *               the last a type that its options describe has those of the
 *               shipped example
 *   policy      one line of that group, "WORD RULE"
 *   unsigned    it is there: no secret is configured
 * The forms of the .expect files are those of clients_show.h.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"
#include "tests/contract/clients_example.h"
#include "tests/contract/clients_show.h"
#include "tests/contract/clients_sign.h"

enum {
	FILE_MAX = 1 << 20,
	ARENA_MAX = 1 << 20,
	SHOWN_MAX = 1 << 16,
	REPLIES_MAX = 8
};

static const char fixtures[] = "tests/fixtures";
static const char key[] = "0123456789abcdef0123456789abcdef012345678";
static const int64_t now_ms = INT64_C(1510000000000);

/* Capabilities in the fixtures: none of it may come out anywhere. */
static const char *const secrets[] = {
    "SECRET-", "mandate/accept", "app.ecurring.com", "@example", "evil"};

/* What was looked at, and how much of it was not as it should be. */
struct tally {
	size_t seen;
	size_t bad;
};

/* false: there is no such file. */
static bool load(const char *folder, const char *name, struct buf *out)
{
	char path[512];
	char chunk[4096];
	size_t n;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	buf_init(out, FILE_MAX);
	file = fopen(path, "rb");
	if (file == NULL)
		return false;
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_add(out, chunk, n);
	assert_int_equal(ferror(file), 0);
	fclose(file);
	assert_int_equal(out->error, 0);
	return true;
}

static void cut_newline(struct buf *text)
{
	if (text->len > 0 && text->data[text->len - 1] == '\n')
		text->data[--text->len] = '\0';
}

/* The next line of a text, without its newline; NULL at the end. */
static const char *take_line(const char **text, char *line, size_t cap)
{
	size_t n = strcspn(*text, "\n");

	if (**text == '\0')
		return NULL;
	snprintf(line, cap, "%.*s", (int)n, *text);
	*text += n + ((*text)[n] == '\n');
	return line;
}

static void print_difference(const char *want, const char *got)
{
	char a[600];
	char b[600];
	const char *left = take_line(&want, a, sizeof(a));
	const char *right = take_line(&got, b, sizeof(b));

	while (left != NULL || right != NULL) {
		if (text_equal(left, right)) {
			print_error("  %s\n", left);
		} else {
			if (left != NULL)
				print_error("- %s\n", left);
			if (right != NULL)
				print_error("+ %s\n", right);
		}
		left = take_line(&want, a, sizeof(a));
		right = take_line(&got, b, sizeof(b));
	}
}

static void check_secrets(
    const char *folder, const char *text, struct tally *tally)
{
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		if (strstr(text, secrets[i]) == NULL)
			continue;
		print_error("%s: %s comes out\n", folder, secrets[i]);
		tally->bad++;
	}
}

static void check_same(const char *folder, const char *name,
    const struct buf *got, struct tally *tally)
{
	struct buf want;

	assert_int_equal(got->error, 0);
	tally->seen++;
	check_secrets(folder, buf_text(got), tally);
	if (!load(folder, name, &want))
		print_error("%s/%s is missing\n", folder, name);
	if (strcmp(buf_text(&want), buf_text(got)) != 0) {
		print_error("%s/%s (- wanted, + got):\n", folder, name);
		print_difference(buf_text(&want), buf_text(got));
		tally->bad++;
	}
	buf_fini(&want);
}

static void check_hook(const struct client *client,
    const struct provider_settings *provider, const char *folder,
    struct tally *tally)
{
	struct sign_headers headers = {0};
	struct client_hook hook = {.content_type = "application/json",
	    .header = sign_header,
	    .cookie = &headers,
	    .now_ms = now_ms};
	struct client_notices notices;
	struct err_text err = {""};
	struct arena arena;
	struct buf body;
	struct buf type;
	struct buf header;
	struct buf got;
	int rc;

	if (!load(folder, "hook.json", &body))
		return;
	cut_newline(&body);
	if (load(folder, "hook.type", &type)) {
		cut_newline(&type);
		hook.content_type = buf_text(&type);
	}
	hook.body = buf_text(&body);
	hook.len = body.len;
	if (load(folder, "hook.header", &header))
		sign_as_told(&headers, header.data);
	else
		sign_genuinely(&headers, provider, &hook);
	arena_init(&arena, ARENA_MAX);
	buf_init(&got, SHOWN_MAX);
	rc = client->identify(provider, &hook, &arena, &notices, &err);
	show_notices(&got, rc, &notices, &err);
	check_same(folder, "hook.expect", &got, tally);
	buf_fini(&got);
	buf_fini(&header);
	buf_fini(&type);
	buf_fini(&body);
	arena_fini(&arena);
}

/* The words of one line; missing ones are NULL. */
static void split(char *line, const char **words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		line += strspn(line, " \n");
		words[i] = *line != '\0' ? line : NULL;
		line += strcspn(line, i + 1 < n ? " \n" : "\n");
		if (*line != '\0')
			*line++ = '\0';
	}
}

static void read_head(struct buf *head, struct client_reply *reply)
{
	const char *words[2];
	int64_t status = 0;

	split(head->data, words, 2);
	assert_int_equal(text_int(words[0], 100, 599, &status), 0);
	reply->status = (int)status;
	reply->content_type = words[1];
}

/* All that was asked and answered, and what was made of it each time. */
static void check_reading(const struct client *client,
    const struct provider_settings *provider, const char *folder,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, struct tally *tally)
{
	struct client_request request;
	struct client_reading reading;
	struct err_text err = {""};
	struct arena arena;
	struct buf got;

	arena_init(&arena, ARENA_MAX);
	buf_init(&got, SHOWN_MAX);
	assert_int_equal(
	    client->ask(provider, object, &arena, &request, &err), 0);
	show_request(&got, &request);
	for (size_t i = 1; i <= n; i++) {
		client->read(
		    provider, object, replies, i, now_ms, &arena, &reading);
		show_reading(&got, &reading);
	}
	check_same(folder, "reply.expect", &got, tally);
	buf_fini(&got);
	arena_fini(&arena);
}

/* The answers of a folder, in the order of their numbers. */
struct answers {
	struct client_reply replies[REPLIES_MAX];
	struct buf bodies[REPLIES_MAX];
	struct buf heads[REPLIES_MAX];
	size_t n;
};

static bool load_answer(
    struct answers *a, const struct client *client, const char *folder)
{
	struct client_reply *reply = &a->replies[a->n];
	char number[8] = "";
	char name[32];

	assert_true(a->n < REPLIES_MAX);
	if (a->n > 0)
		snprintf(number, sizeof(number), "%zu", a->n + 1);
	snprintf(name, sizeof(name), "reply%s.json", number);
	if (!load(folder, name, &a->bodies[a->n]))
		return false;
	reply->status = 200;
	reply->content_type = sign_media(client->type);
	snprintf(name, sizeof(name), "reply%s.head", number);
	if (load(folder, name, &a->heads[a->n]))
		read_head(&a->heads[a->n], reply);
	reply->body = buf_text(&a->bodies[a->n]);
	reply->len = a->bodies[a->n].len;
	a->n++;
	return true;
}

static void check_reply(const struct client *client,
    const struct provider_settings *provider, const char *folder,
    struct tally *tally)
{
	struct answers answers = {.n = 0};
	const char *words[4];
	struct buf object;
	bool more;

	do
		more = load_answer(&answers, client, folder);
	while (more);
	if (answers.n == 0)
		return;
	assert_true(load(folder, "object", &object));
	split(object.data, words, 4);
	check_reading(client, provider, folder,
	    &(struct client_object){.kind = words[0],
		.id = words[1],
		.parent_kind = words[2],
		.parent_id = words[3]},
	    answers.replies, answers.n, tally);
	for (size_t i = 0; i < answers.n; i++) {
		buf_fini(&answers.heads[i]);
		buf_fini(&answers.bodies[i]);
	}
	buf_fini(&object);
}

/* The type's options as the configuration would give them. */
static void configure(struct provider_settings *provider,
    const struct buf *text, struct arena *arena, struct config **config)
{
	struct err_text err = {""};

	*config = NULL;
	provider->options = example_options_of(provider->client);
	if (text->len > 0)
		assert_int_equal(
		    config_open_text(buf_text(text), "options", config, &err),
		    0);
	if (provider->client->configure == NULL ||
	    (provider->options != NULL && *config == NULL))
		return;
	assert_int_equal(provider->client->configure(
			     *config != NULL ? config_root(*config) : NULL,
			     arena, &provider->options, &err),
	    0);
}

static enum settings_mode mode_of(struct buf *text)
{
	cut_newline(text);
	if (text->len == 0)
		return MODE_ANY;
	return strcmp(text->data, "test") == 0 ? MODE_TEST : MODE_LIVE;
}

/* One line of a policy; none denies everything, so that nothing depends on it.
 */
static void set_policy(struct provider_settings *provider, struct buf *text)
{
	const char *words[2];

	cut_newline(text);
	if (text->len == 0)
		return;
	split(text->data, words, 2);
	assert_int_equal(
	    policy_set(&provider->policy, words[0], words[1], NULL), 0);
}

static void check_folder(
    const struct client *client, const char *folder, struct tally *tally)
{
	struct provider_settings provider = {.name = client->type,
	    .type = client->type,
	    .client = client,
	    .base_url = client->defaults.base_url,
	    .api_key = key};
	struct buf account_from, options, mode, policy, open;
	struct config *config;
	struct arena arena;
	size_t seen = tally->seen;

	if (load(folder, "account_from", &account_from)) {
		cut_newline(&account_from);
		provider.account_from = buf_text(&account_from);
	}
	load(folder, "options", &options);
	load(folder, "mode", &mode);
	arena_init(&arena, ARENA_MAX);
	configure(&provider, &options, &arena, &config);
	provider.mode = mode_of(&mode);
	load(folder, "policy", &policy);
	set_policy(&provider, &policy);
	if (!load(folder, "unsigned", &open) &&
	    client_signs(client, provider.options) != CLIENT_UNSIGNED)
		sign_secrets(&provider);
	check_hook(client, &provider, folder, tally);
	check_reply(client, &provider, folder, tally);
	if (tally->seen == seen)
		fail_msg("%s holds neither hook.json nor reply.json", folder);
	config_close(config);
	arena_fini(&arena);
	buf_fini(&open);
	buf_fini(&policy);
	buf_fini(&mode);
	buf_fini(&options);
	buf_fini(&account_from);
}

static void check_type(const struct client *client, struct tally *tally)
{
	char top[128];
	char folder[512];
	struct dirent *item;
	DIR *dir;

	snprintf(top, sizeof(top), "%s/%s", fixtures, client->type);
	dir = opendir(top);
	if (dir == NULL) {
		print_error("%s: no fixtures\n", top);
		tally->bad++;
		return;
	}
	while ((item = readdir(dir)) != NULL) {
		if (item->d_name[0] == '.')
			continue;
		snprintf(folder, sizeof(folder), "%s/%s", top, item->d_name);
		check_folder(client, folder, tally);
	}
	closedir(dir);
}

static void test_fixtures(void **state)
{
	(void)state;
	for (size_t i = 0; client_at(i) != NULL; i++) {
		struct tally tally = {0, 0};

		check_type(client_at(i), &tally);
		assert_true(tally.seen > 0);
		assert_int_equal(tally.bad, 0);
	}
}

/* What every type must have for the engine to use it. */
static void test_registry(void **state)
{
	(void)state;
	assert_non_null(client_at(0));
	for (size_t i = 0; client_at(i) != NULL; i++) {
		const struct client *client = client_at(i);

		assert_true(text_is_name(client->type, NAME_PROVIDER_MAX));
		assert_ptr_equal(client_find(client->type), client);
		assert_non_null(client->identify);
		assert_non_null(client->ask);
		assert_non_null(client->read);
		assert_true(
		    (client->n_kinds > 0) != (client->kinds_of != NULL));
	}
	assert_null(client_find("nobody"));
	assert_null(client_find(""));
}

/* What is taken is one segment of the path, whatever is in it. */
static void check_hostile_ids(
    const struct provider_settings *provider, const struct client_kind *kind)
{
	static const char *const ids[] = {"../x", "a b", ".", "..", "a/b",
	    "a?b", "a#b", "a%2fb", "a%00b", "\xc3\xa9", "a\\b", "a;b",
	    "../customers/1", "%2e%2e"};
	const struct client *client = provider->client;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct client_object object = {
		    .kind = kind->name, .id = ids[i]};
		struct client_request request;
		struct err_text err = {""};
		struct arena arena;

		arena_init(&arena, ARENA_MAX);
		if (!client_id_is_valid(kind, ids[i]))
			assert_int_equal(client->ask(provider, &object, &arena,
					     &request, &err),
			    ERR_BAD);
		else if (client->ask(
			     provider, &object, &arena, &request, &err) != 0 ||
			 strpbrk(request.path, " #\\;\xc3") != NULL ||
			 strstr(request.path, ids[i]) != NULL ||
			 strstr(request.path, "/../") != NULL)
			fail_msg("%s %s: %s", client->type, kind->name, ids[i]);
		arena_fini(&arena);
	}
}

static void check_kind(
    const struct provider_settings *provider, const struct client_kind *kind)
{
	assert_true(name_kind_is_valid(kind->name));
	assert_ptr_equal(client_kind_of(provider, kind->name), kind);
	assert_true(kind->n_words > 0);
	assert_false(client_id_is_valid(kind, ""));
	check_hostile_ids(provider, kind);
}

static void test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; client_at(i) != NULL; i++) {
		const struct client *client = client_at(i);
		const struct provider_settings provider = {
		    .client = client, .options = example_options_of(client)};
		size_t n;
		const struct client_kind *kinds = client_kinds(&provider, &n);

		assert_true(n > 0);
		for (size_t k = 0; k < n; k++)
			check_kind(&provider, &kinds[k]);
		assert_null(client_kind_of(&provider, "nothing"));
	}
}

static void check_url(const char *url)
{
	assert_int_equal(strncmp(url, "https://", 8), 0);
	assert_int_not_equal(url[strlen(url) - 1], '/');
}

static void test_defaults(void **state)
{
	(void)state;
	for (size_t i = 0; client_at(i) != NULL; i++) {
		const struct client_defaults *d = &client_at(i)->defaults;

		assert_true(
		    (d->base_url == NULL) == (client_at(i)->kinds_of != NULL));
		if (d->base_url != NULL)
			check_url(d->base_url);
		assert_true(d->rate > 0);
		assert_true(d->burst > 0);
		assert_true(d->concurrency > 0);
		assert_true(d->timeout_ms >= 1000);
		assert_true(d->resync_ms >= 60 * 1000);
		assert_true(d->missing_window_ms > 0);
		assert_in_range(d->n_rungs, 1, OBSERVATION_BOUNDARIES_MAX);
		for (size_t r = 1; r < d->n_rungs; r++)
			assert_true(d->rungs_ms[r] > d->rungs_ms[r - 1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_registry),
	    cmocka_unit_test(test_kinds),
	    cmocka_unit_test(test_defaults),
	    cmocka_unit_test(test_fixtures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
