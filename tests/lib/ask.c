/*
 * ask CONFIG: questions to libtrueup, a line of standard input each, with
 * fields separated by tabs ("-": none), all of one handle:
 *
 *   entitled ACCOUNT PRODUCT LABEL      yes, no or unknown
 *   json ACCOUNT PRODUCT LABEL AT_MS    the whole answer
 *   history ACCOUNT                     lines, then a dot
 *   object PROVIDER KIND ID             lines, then a dot
 *   changes SINCE                       lines, then a dot and the last seq
 *   follow                              those that are new since the last time
 *   check                               ok
 *   open                                opens another handle: ok
 *
 * An error is "error WORD TEXT". Ends with 1 when the handle cannot be had.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/lib/trueup.h"

enum { LINE_BYTES = 8192, FIELDS = 5 };

static int print_error(const struct trueup_error *err)
{
	return printf("error %s %s\n", trueup_error_name(err->code), err->text);
}

static void ask_entitled(struct trueup *t, char **f)
{
	struct trueup_error err;
	int rc = trueup_entitled(t, f[1], f[2], f[3], &err);

	if (rc < 0)
		print_error(&err);
	else
		puts(rc == TRUEUP_YES  ? "yes"
		     : rc == TRUEUP_NO ? "no"
				       : "unknown");
}

static void ask_json(struct trueup *t, char **f)
{
	int64_t at_ms = f[4] != NULL ? strtoll(f[4], NULL, 10) : 0;
	struct trueup_error err;
	char *json;

	if (trueup_account_json(t, f[1], f[2], f[3], at_ms, &json, &err) != 0)
		print_error(&err);
	else
		puts(json);
	trueup_free(json);
}

/* What there is; the lines may be asked for more. */
static void print_rest(struct trueup_lines *lines, struct trueup_error *err)
{
	const char *json;
	int rc = lines != NULL ? 1 : -1;

	while (rc == 1) {
		rc = trueup_lines_next(lines, &json, err);
		if (rc == 1)
			puts(json);
	}
	if (rc < 0)
		print_error(err);
	else
		printf(". %lld\n", (long long)trueup_lines_seq(lines));
}

static void print_lines(struct trueup_lines *lines, struct trueup_error *err)
{
	print_rest(lines, err);
	trueup_lines_close(lines);
}

static void ask_history(struct trueup *t, char **f)
{
	struct trueup_lines *lines;
	struct trueup_error err;

	(void)trueup_account_history(t, f[1], &lines, &err);
	print_lines(lines, &err);
}

static void ask_object(struct trueup *t, char **f)
{
	struct trueup_lines *lines;
	struct trueup_error err;

	(void)trueup_object_history(t, f[1], f[2], f[3], &lines, &err);
	print_lines(lines, &err);
}

static void ask_changes(struct trueup *t, char **f)
{
	int64_t since = f[1] != NULL ? strtoll(f[1], NULL, 10) : -1;
	struct trueup_lines *lines;
	struct trueup_error err;

	(void)trueup_changes(t, since, &lines, &err);
	print_lines(lines, &err);
}

/* The one iteration that stays; its handle outlives it. */
static struct trueup_lines *followed(struct trueup *t)
{
	static struct trueup_lines *lines;

	if (t == NULL || lines == NULL) {
		trueup_lines_close(lines);
		lines = NULL;
		if (t != NULL)
			(void)trueup_changes(t, -1, &lines, NULL);
	}
	return lines;
}

static void ask_follow(struct trueup *t, char **f)
{
	struct trueup_error err;

	(void)f;
	print_rest(followed(t), &err);
}

static void ask_check(struct trueup *t, char **f)
{
	struct trueup_error err;

	(void)f;
	if (trueup_check(t, &err) != 0)
		print_error(&err);
	else
		puts("ok");
}

/* A process that is confused, and opens what it has open. */
static void ask_open(struct trueup *t, char **f)
{
	struct trueup *other;
	struct trueup_error err;

	(void)t;
	(void)f;
	if (trueup_open(NULL, &other, &err) != 0)
		print_error(&err);
	else
		puts("ok");
	trueup_close(other);
}

static const struct {
	const char *word;
	void (*ask)(struct trueup *t, char **fields);
} questions[] = {
    {"entitled", ask_entitled},
    {"json", ask_json},
    {"history", ask_history},
    {"object", ask_object},
    {"changes", ask_changes},
    {"follow", ask_follow},
    {"check", ask_check},
    {"open", ask_open},
};

static void split(char *line, char *fields[FIELDS])
{
	char *next = line;

	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < FIELDS; i++) {
		fields[i] = next;
		if (next != NULL && (next = strchr(next, '\t')) != NULL)
			*next++ = '\0';
		if (fields[i] != NULL && strcmp(fields[i], "-") == 0)
			fields[i] = NULL;
	}
}

static bool answer(struct trueup *t, char *line)
{
	char *fields[FIELDS];

	split(line, fields);
	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++) {
		if (fields[0] == NULL ||
		    strcmp(fields[0], questions[i].word) != 0)
			continue;
		questions[i].ask(t, fields);
		return fflush(stdout) == 0;
	}
	fprintf(stderr, "ask: what is %s?\n", line);
	return false;
}

int main(int argc, char **argv)
{
	static char line[LINE_BYTES];
	struct trueup_error err;
	struct trueup *t;
	bool good = true;

	if (trueup_open(argc > 1 ? argv[1] : NULL, &t, &err) != 0) {
		print_error(&err);
		return 1;
	}
	while (good && fgets(line, sizeof(line), stdin) != NULL)
		good = answer(t, line);
	(void)followed(NULL);
	trueup_close(t);
	return good ? 0 : 2;
}
