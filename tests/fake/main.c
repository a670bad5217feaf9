/*
 * fake-provider: a billing provider that can be scripted, for the tests.
 * README.md lists the control calls, one example each.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "tests/fake/server.h"

struct options {
	const char *provider;
	const char *port_file;
	unsigned port;
	unsigned threads;
	uint64_t seed;
	bool is_help;
};

static void usage(FILE *out)
{
	struct text names = {0};

	provider_names(&names);
	fprintf(out,
	    "usage: fake-provider [OPTION VALUE]...\n"
	    "  --provider NAME    which one: %s\n"
	    "  --port N           of 127.0.0.1; 0 (default): any free one\n"
	    "  --port-file FILE   write the port there when it is open\n"
	    "  --key KEY          the API key; default: any will do\n"
	    "  --key-file FILE    the same, from the first line\n"
	    "  --secret SECRET    to sign notifications with\n"
	    "  --hook-KIND URL    where notifications of a kind go, e.g.\n"
	    "                     --hook-subscription, --hook-transaction\n"
	    "  --hook URL         the same for every kind\n"
	    "  --threads N        of the server, default 2\n"
	    "  --seed N           of generated ids, default 1\n"
	    "Prints \"listening 127.0.0.1:PORT\" and serves until SIGTERM.\n"
	    "The control path is /_control/; tests/fake/README.md lists\n"
	    "its calls.\n",
	    names.bytes);
	text_fini(&names);
}

static int read_key(struct fake *f, const char *path)
{
	FILE *file = fopen(path, "r");

	if (file == NULL || fgets(f->key, sizeof(f->key), file) == NULL) {
		perror(path);
		if (file != NULL)
			fclose(file);
		return -1;
	}
	fclose(file);
	f->key[strcspn(f->key, "\r\n")] = '\0';
	return 0;
}

static void set_hook(struct fake *f, int kind, const char *url)
{
	if (f->provider->kinds[kind].is_hooked)
		text_print(f->hooks[kind], FAKE_URL_BYTES, "%s", url);
}

static int set_hooks(struct fake *f, const char *kind_name, const char *url)
{
	int kind = provider_kind(f->provider, kind_name);
	int i;

	if (*kind_name != '\0' && kind < 0) {
		fprintf(stderr, "fake-provider: no kind %s\n", kind_name);
		return -1;
	}
	for (i = 0; f->provider->kinds[i].name != NULL; i++) {
		if (kind < 0 || kind == i)
			set_hook(f, i, url);
	}
	return 0;
}

/* The options that fill in F itself. */
static int set_fake(struct fake *f, const char *name, const char *value)
{
	if (strcmp(name, "--key") == 0) {
		text_print(f->key, sizeof(f->key), "%s", value);
		return 0;
	}
	if (strcmp(name, "--secret") == 0) {
		text_print(f->secret, sizeof(f->secret), "%s", value);
		return 0;
	}
	if (strcmp(name, "--key-file") == 0)
		return read_key(f, value);
	if (strcmp(name, "--hook") == 0)
		return set_hooks(f, "", value);
	if (strncmp(name, "--hook-", 7) == 0)
		return set_hooks(f, name + 7, value);
	fprintf(stderr, "fake-provider: no option %s\n", name);
	return -1;
}

static int set_option(
    struct options *o, struct fake *f, const char *name, const char *value)
{
	unsigned long n = strtoul(value, NULL, 10);

	if (strcmp(name, "--provider") == 0) {
		f->provider = provider_find(value);
		if (f->provider != NULL)
			return 0;
		fprintf(stderr, "fake-provider: no provider %s\n", value);
		return -1;
	}
	if (strcmp(name, "--port-file") == 0)
		o->port_file = value;
	else if (strcmp(name, "--port") == 0)
		o->port = (unsigned)n;
	else if (strcmp(name, "--threads") == 0)
		o->threads = n > 0 ? (unsigned)n : 1;
	else if (strcmp(name, "--seed") == 0)
		o->seed = n;
	else
		return set_fake(f, name, value);
	return 0;
}

/* Takes "--name value" and "--name=value". */
static int parse(struct options *o, struct fake *f, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		char *equals = strchr(argv[i], '=');
		char *value = equals ? equals + 1 : argv[i + 1];

		if (strcmp(argv[i], "--help") == 0) {
			o->is_help = true;
			return 0;
		}
		if (value == NULL || strncmp(argv[i], "--", 2) != 0) {
			usage(stderr);
			return -1;
		}
		if (equals != NULL)
			*equals = '\0';
		if (set_option(o, f, argv[i], value) != 0)
			return -1;
		i += equals == NULL;
	}
	return 0;
}

/* Whoever sees the file can connect: it appears whole. */
static int write_port(const char *path, unsigned port)
{
	struct text temporary = {0};
	FILE *file;
	int status = -1;

	if (path == NULL)
		return 0;
	text_addf(&temporary, "%s.new", path);
	file = fopen(temporary.bytes, "w");
	if (file != NULL) {
		fprintf(file, "%u\n", port);
		if (fclose(file) == 0)
			status = rename(temporary.bytes, path);
	}
	if (status != 0)
		perror(path);
	text_fini(&temporary);
	return status;
}

static int serve(struct fake *f, const struct options *o)
{
	struct server *server = server_open(f, o->port, o->threads);
	sigset_t signals;
	int signal, status = 1;

	if (server == NULL)
		return 1;
	pthread_mutex_lock(&f->lock);
	text_print(f->base_url, sizeof(f->base_url), "http://127.0.0.1:%u",
	    server_port(server));
	pthread_mutex_unlock(&f->lock);
	if (write_port(o->port_file, server_port(server)) == 0) {
		printf("listening 127.0.0.1:%u\n", server_port(server));
		fflush(stdout);
		sigemptyset(&signals);
		sigaddset(&signals, SIGTERM);
		sigaddset(&signals, SIGINT);
		sigwait(&signals, &signal);
		status = 0;
	}
	server_close(server);
	return status;
}

/* The threads inherit the mask, so that only sigwait sees the signals. */
static void block_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

static void fake_fini(struct fake *f)
{
	notify_free(f->notify);
	park_free(f->park);
	faults_fini(&f->faults);
	stats_fini(&f->stats);
	state_fini(&f->state);
	json_decref(f->quirks);
	json_decref(f->sink);
	pthread_mutex_destroy(&f->lock);
}

int main(int argc, char **argv)
{
	struct options o = {.provider = "ecurring", .threads = 2, .seed = 1};
	struct fake *f = text_need(sizeof(*f));
	int status;

	f->provider = provider_find(o.provider);
	if (parse(&o, f, argc, argv) != 0 || o.is_help) {
		if (o.is_help)
			usage(stdout);
		free(f);
		return o.is_help ? 0 : 1;
	}
	block_signals();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	pthread_mutex_init(&f->lock, NULL);
	state_init(&f->state, o.seed);
	stats_init(&f->stats);
	f->quirks = json_object();
	f->sink = json_array();
	f->park = park_new();
	f->notify = notify_new();
	status = serve(f, &o);
	fake_fini(f);
	free(f);
	curl_global_cleanup();
	return status;
}
