/*
 * The table of scenarios, the texts in tests/scenarios: what happened, when, a
 * question, and what must be answered and announced. Each is a test case of its
 * own, over the real store, with a clock that only its lines move. The README
 * beside them is the notation.
 */
#include <dirent.h>

#include "tests/contract/quick_store.h"
#include "tests/contract/scenario_feed.h"
#include "tests/contract/scenario_say.h"

enum {
	SCENARIOS_MIN = 150, /* what was promised */
	SCRIPT_BYTES_MAX = 256 * 1024,
	SCRIPT_ARENA_MAX = 16 * 1024 * 1024,
	SCRIPT_SCENARIOS_MAX = 1000,
	SCRIPT_LINES_MAX = 40000,
	SCRIPT_FILES_MAX = 100
};

static const char directory[] = "tests/scenarios";

/* All files, line by line, and where each scenario begins. */
struct script {
	struct arena arena;
	struct line *lines;
	size_t n_lines;
	struct {
		size_t first;
		size_t n;
	} scenarios[SCRIPT_SCENARIOS_MAX];
	size_t n;
};

/* What a case is given, and its store while it runs. */
struct part {
	const struct script *script;
	size_t index;
	struct fixture *f;
};

/* ---- events ------------------------------------------------------------ */

static void run_policy(struct scene *s, struct phrase *w)
{
	struct provider_settings *provider = scene_provider(s, w);
	const char *word = phrase_next(w), *rule;

	phrase_need(w, "=");
	rule = phrase_rest(w, &s->f->arena);
	if (policy_set(&provider->policy, word, rule, &s->f->err) != 0)
		line_fail(w->line, "%s", s->f->err.text);
	scene_rejudge(s);
}

/* PROVIDER KIND WORD means STATE */
static void run_word(struct scene *s, struct phrase *w)
{
	struct provider_settings *provider = scene_provider(s, w);
	struct words *words = &provider->words;
	struct word_meaning *meaning =
	    &s->meanings[provider - s->f->providers][words->n];

	say_room(w, words->n + SCENE_PARTS_MAX - SCENE_WORDS_MAX);
	meaning->kind = phrase_next(w);
	meaning->word = phrase_next(w);
	phrase_need(w, "means");
	if (state_parse(phrase_next(w), &meaning->state) != 0)
		line_fail(w->line, "this is not a state");
	words->items = s->meanings[provider - s->f->providers];
	words->n++;
	phrase_done(w);
}

static void run_link(struct scene *s, struct phrase *w, bool link)
{
	const char *provider = scene_provider(s, w)->name;
	const char *customer = phrase_next(w), *account = NULL;

	if (link) {
		phrase_need(w, "to");
		account = phrase_next(w);
	}
	phrase_done(w);
	if (store_link(s->f->store, &s->f->settings, provider, customer,
		account, s->f->now_ms, &s->f->err) != 0)
		line_fail(w->line, "%s", s->f->err.text);
}

static void run_notice(struct scene *s, struct phrase *w)
{
	const bool manual = phrase_take(w, "manual");
	const char *provider = scene_provider(s, w)->name;
	struct object_ref ref = scene_object(s, w, provider);

	phrase_done(w);
	scene_want(s, &ref, manual ? CAUSE_MANUAL : CAUSE_NOTIFIED);
}

/* A look begins, and its answer takes a while. */
static void run_asking(struct scene *s, struct phrase *w)
{
	const char *provider = scene_provider(s, w)->name;
	struct object_ref ref = scene_object(s, w, provider);

	phrase_done(w);
	s->flight = scene_claim(s, w->line, &ref);
	s->flight_ms = s->f->now_ms;
	s->in_flight = true;
}

static void run_worker(struct scene *s, struct phrase *w)
{
	phrase_need(w, "runs");
	phrase_done(w);
	scene_checks(s);
	scene_advance(s);
}

static void run_drop(struct scene *s, struct phrase *w)
{
	phrase_need(w, "mint");
	phrase_done(w);
	s->f->settings.n_providers = 1;
	scene_rejudge(s);
}

static bool run_event(struct scene *s, struct phrase *w)
{
	static const struct {
		const char *word;
		void (*run)(struct scene *s, struct phrase *w);
	} events[] = {{"ask", ask}, {"feed", feed_expect},
	    {"history", history_expect}, {"record", record_expect},
	    {"repairs", repairs_expect}, {"notice", run_notice},
	    {"asking", run_asking}, {"worker", run_worker},
	    {"policy", run_policy}, {"word", run_word}, {"remove", run_drop}};

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (phrase_take(w, events[i].word)) {
			events[i].run(s, w);
			return true;
		}
	}
	if (phrase_take(w, "link"))
		run_link(s, w, true);
	else if (phrase_take(w, "unlink"))
		run_link(s, w, false);
	else
		return false;
	return true;
}

/* ---- a scenario -------------------------------------------------------- */

/* Lines without a moment of their own go on at that of the one before. */
static void run_line(struct scene *s)
{
	const struct line *line = &s->lines[s->at++];
	int64_t now_ms;
	struct phrase w;

	if (line_is_empty(line))
		return;
	if (line_is_indented(line))
		line_fail(line, "it belongs to nothing");
	phrase_split(&w, line, &s->f->arena);
	if (phrase_is_date(phrase_peek(&w))) {
		now_ms = phrase_time(&w);
		if (now_ms < s->f->now_ms)
			line_fail(line, "time does not run backwards");
		s->f->now_ms = now_ms;
	}
	if (!run_event(s, &w))
		say(s, &w);
}

static int set_up(void **state)
{
	struct part *part = *state;

	part->f = quick_setup();
	return 0;
}

static int tear_down(void **state)
{
	struct part *part = *state;

	quick_teardown(part->f);
	return 0;
}

static void run_scenario(void **state)
{
	const struct part *part = *state;
	const struct script *script = part->script;
	struct scene s = {
	    .lines = &script->lines[script->scenarios[part->index].first],
	    .n = script->scenarios[part->index].n,
	    .f = part->f,
	    .at = 1};

	if (strncmp(s.lines->text, "scenario:", 9) != 0)
		line_fail(s.lines, "this is of no scenario");
	s.f->now_ms = 1;
	s.client.type = "any";
	s.f->providers[0].client = &s.client;
	s.f->providers[1].client = &s.client;
	scene_rejudge(&s);
	while (s.at < s.n)
		run_line(&s);
	if (s.asked == 0)
		line_fail(s.lines, "it asks nothing");
	feed_check(&s);
}

/* ---- reading the files -------------------------------------------------- */

static void script_fail(const char *what, const char *name)
{
	fprintf(stderr, "scenarios: %s: %s\n", what, name);
	exit(1);
}

static void script_add(struct script *script, struct line line)
{
	bool title = strncmp(line.text, "scenario:", 9) == 0;
	bool first = line.number == 1;

	if (script->n_lines == SCRIPT_LINES_MAX ||
	    script->n == SCRIPT_SCENARIOS_MAX)
		script_fail("too much", line.file);
	script->lines[script->n_lines++] = line;
	if (title || (first && !line_is_empty(&line)))
		script->scenarios[script->n++].first = script->n_lines - 1;
	if (script->n > 0)
		script->scenarios[script->n - 1].n++;
}

static char *script_load(struct script *script, const char *path)
{
	char *text = arena_alloc(&script->arena, SCRIPT_BYTES_MAX, 1);
	FILE *file = fopen(path, "r");
	size_t n;

	if (text == NULL || file == NULL)
		script_fail("cannot read", path);
	n = fread(text, 1, SCRIPT_BYTES_MAX - 1, file);
	if (n == SCRIPT_BYTES_MAX - 1)
		script_fail("too large", path);
	(void)fclose(file);
	return text;
}

static void script_read(struct script *script, const char *name)
{
	struct line line = {.file = name};
	char path[512], *text, *end;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	for (text = script_load(script, path); *text != '\0'; text = end) {
		end = text + strcspn(text, "\n");
		if (*end == '\n')
			*end++ = '\0';
		line.number++;
		line.text = text;
		script_add(script, line);
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void script_open(struct script *script)
{
	const char *names[SCRIPT_FILES_MAX];
	DIR *dir = opendir(directory);
	struct dirent *entry;
	size_t n = 0;

	arena_init(&script->arena, SCRIPT_ARENA_MAX);
	script->lines =
	    arena_alloc(&script->arena, SCRIPT_LINES_MAX, sizeof(struct line));
	if (dir == NULL || script->lines == NULL)
		script_fail("cannot read (start it at the top)", directory);
	while ((entry = readdir(dir)) != NULL && n < SCRIPT_FILES_MAX) {
		size_t len = strlen(entry->d_name);

		if (len > 4 && strcmp(entry->d_name + len - 4, ".txt") == 0)
			names[n++] = arena_text(&script->arena, entry->d_name);
	}
	(void)closedir(dir);
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 0; i < n; i++)
		script_read(script, names[i]);
}

/* ---- the whole ---------------------------------------------------------- */

static void test_there_are_enough(void **state)
{
	const struct part *part = *state;

	assert_true(part->script->n >= SCENARIOS_MIN);
}

/* Each has a title of its own, since it shows something of its own. */
static void test_titles_differ(void **state)
{
	const struct script *script = ((const struct part *)*state)->script;
	const struct line *a, *b;

	for (size_t i = 0; i < script->n; i++) {
		for (size_t k = 0; k < i; k++) {
			a = &script->lines[script->scenarios[i].first];
			b = &script->lines[script->scenarios[k].first];
			if (strcmp(a->text, b->text) == 0)
				line_fail(a, "as in %s:%d", b->file, b->number);
		}
	}
}

struct run {
	struct script script;
	struct part parts[SCRIPT_SCENARIOS_MAX];
	struct CMUnitTest all[SCRIPT_SCENARIOS_MAX + 2];
	size_t n;
};

static void run_add(struct run *run, const char *name, CMUnitTestFunction test)
{
	struct part *part = &run->parts[run->n < run->script.n ? run->n : 0];

	part->script = &run->script;
	part->index = (size_t)(part - run->parts);
	run->all[run->n++] = (struct CMUnitTest){
	    .name = name, .test_func = test, .initial_state = part};
}

static void run_add_scenario(struct run *run)
{
	const struct line *line =
	    &run->script.lines[run->script.scenarios[run->n].first];
	const char *title = ": no title";

	if (strncmp(line->text, "scenario:", 9) == 0)
		title = line->text + 8;
	run_add(run,
	    arena_printf(&run->script.arena, "%s%s", line->file, title),
	    run_scenario);
	run->all[run->n - 1].setup_func = set_up;
	run->all[run->n - 1].teardown_func = tear_down;
}

int main(void)
{
	struct run *run = calloc(1, sizeof(*run));
	int failed;

	if (run == NULL)
		script_fail("out of memory", "");
	script_open(&run->script);
	while (run->n < run->script.n)
		run_add_scenario(run);
	printf("notice: %zu scenarios\n", run->n);
	run_add(run, "there are enough", test_there_are_enough);
	run_add(run, "titles differ", test_titles_differ);
	failed =
	    _cmocka_run_group_tests("scenarios", run->all, run->n, NULL, NULL);
	arena_fini(&run->script.arena);
	free(run);
	return failed;
}
