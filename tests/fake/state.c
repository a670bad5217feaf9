#include <stdlib.h>
#include <string.h>

#include "tests/fake/when.h"
#include "tests/fake/state.h"

enum { FIRST_BUCKETS = 1024 };

void state_init(struct state *s, uint64_t seed)
{
	memset(s, 0, sizeof(*s));
	s->buckets_len = FIRST_BUCKETS;
	s->buckets = text_need(s->buckets_len * sizeof(struct object *));
	s->seed = s->random = seed;
	s->next_id = 1;
}

static void object_free(struct object *o)
{
	size_t i;

	for (i = 0; i < o->versions_len; i++)
		json_decref(o->versions[i].document);
	free(o->versions);
	free(o->children);
	text_fini(&o->rendered);
	free(o);
}

void state_fini(struct state *s)
{
	size_t k, i;

	for (k = 0; k < STATE_KINDS; k++) {
		for (i = 0; i < s->kinds[k].len; i++)
			object_free(s->kinds[k].items[i]);
		free(s->kinds[k].items);
	}
	free(s->buckets);
	memset(s, 0, sizeof(*s));
}

/* FNV-1a */
static uint64_t hash_of(int kind, const char *id)
{
	uint64_t h = 14695981039346656037ULL ^ (uint64_t)kind;

	for (; *id != '\0'; id++)
		h = (h ^ (unsigned char)*id) * 1099511628211ULL;
	return h;
}

struct object *state_find(const struct state *s, int kind, const char *id)
{
	struct object *o = s->buckets[hash_of(kind, id) & (s->buckets_len - 1)];

	while (o != NULL && (o->kind != kind || strcmp(o->id, id) != 0))
		o = o->chain;
	return o;
}

static void hang(struct object **buckets, size_t len, struct object *o)
{
	struct object **bucket = &buckets[hash_of(o->kind, o->id) & (len - 1)];

	o->chain = *bucket;
	*bucket = o;
}

static void grow(struct state *s)
{
	size_t len = s->buckets_len * 2;
	struct object **buckets = text_need(len * sizeof(struct object *));
	size_t i;

	for (i = 0; i < s->buckets_len; i++) {
		struct object *o = s->buckets[i];

		while (o != NULL) {
			struct object *next = o->chain;

			hang(buckets, len, o);
			o = next;
		}
	}
	free(s->buckets);
	s->buckets = buckets;
	s->buckets_len = len;
}

static void append(
    struct object ***items, size_t *len, size_t *cap, struct object *o)
{
	if (*len == *cap) {
		size_t bigger = *cap ? *cap * 2 : 4;
		struct object **copy = text_need(bigger * sizeof(*copy));

		if (*len > 0)
			memcpy(copy, *items, *len * sizeof(*copy));
		free(*items);
		*items = copy;
		*cap = bigger;
	}
	(*items)[(*len)++] = o;
}

struct object *state_add(
    struct state *s, int kind, const char *id, struct object *parent)
{
	struct list *list = &s->kinds[kind];
	struct object *o;

	if (*id == '\0' || strlen(id) >= STATE_ID_BYTES ||
	    state_find(s, kind, id) != NULL)
		return NULL;
	if (s->objects >= s->buckets_len)
		grow(s);
	o = text_need(sizeof(*o));
	o->kind = kind;
	memcpy(o->id, id, strlen(id));
	o->parent = parent;
	o->born_mono_ms = when_mono_ms();
	o->born_tick = ++s->tick;
	hang(s->buckets, s->buckets_len, o);
	s->objects++;
	append(&list->items, &list->len, &list->cap, o);
	if (parent != NULL)
		append(&parent->children, &parent->children_len,
		    &parent->children_cap, o);
	return o;
}

/* Room for one more; the oldest document goes when there are too many. */
static void make_room(struct object *o)
{
	size_t len = o->versions_len;
	struct version *bigger;

	if (len == STATE_VERSIONS) {
		json_decref(o->versions[0].document);
		memmove(&o->versions[0], &o->versions[1],
		    (len - 1) * sizeof(o->versions[0]));
		o->versions_len--;
		return;
	}
	if ((len & (len - 1)) != 0)
		return;
	bigger = text_need((len ? len * 2 : 1) * sizeof(*bigger));
	if (len > 0)
		memcpy(bigger, o->versions, len * sizeof(*bigger));
	free(o->versions);
	o->versions = bigger;
}

void state_touch(struct object *o)
{
	text_fini(&o->rendered);
	if (o->parent != NULL)
		text_fini(&o->parent->rendered);
}

void state_commit(struct state *s, struct object *o, json_t *document)
{
	struct version *v;

	make_room(o);
	v = &o->versions[o->versions_len++];
	v->document = document;
	v->mono_ms = when_mono_ms();
	v->tick = ++s->tick;
	state_touch(o);
}

json_t *state_newest(const struct object *o)
{
	return o->versions[o->versions_len - 1].document;
}

static size_t version_index(const struct object *o, const struct view *view)
{
	size_t i = o->versions_len - 1;
	int64_t back;

	for (back = view->back; back > 0 && i > 0; back--)
		i--;
	while (view->at_mono_ms != 0 && i > 0 &&
	       o->versions[i].mono_ms > view->at_mono_ms)
		i--;
	return i;
}

json_t *state_see(const struct object *o, const struct view *view)
{
	if (o->is_deleted || o->versions_len == 0)
		return NULL;
	if (o->hidden_until_mono_ms > view->now_mono_ms)
		return NULL;
	if (o->hidden_requests > 0)
		return NULL;
	if (view->at_mono_ms != 0 && o->born_mono_ms > view->at_mono_ms)
		return NULL;
	return o->versions[version_index(o, view)].document;
}

bool state_has_child(const struct object *parent, const struct object *child,
    const struct view *view)
{
	size_t i = version_index(parent, view);

	if (view->back != 0 && i + 1 < parent->versions_len &&
	    child->born_tick > parent->versions[i + 1].tick)
		return false;
	return state_see(child, view) != NULL;
}

/* splitmix64 */
uint64_t state_random(struct state *s)
{
	uint64_t z = (s->random += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

void state_next_id(struct state *s, int kind, char *out, size_t out_bytes)
{
	do {
		text_print(
		    out, out_bytes, "%llu", (unsigned long long)s->next_id++);
	} while (state_find(s, kind, out) != NULL);
}

void state_next_uuid(struct state *s, char *out, size_t out_bytes)
{
	uint64_t a = state_random(s), b = state_random(s);

	text_print(out, out_bytes, "%08x-%04x-4%03x-%x%03x-%012llx",
	    (unsigned)(a >> 32), (unsigned)(a >> 16) & 0xffff,
	    (unsigned)a & 0xfff, 8 + (unsigned)(b >> 62),
	    (unsigned)(b >> 48) & 0xfff,
	    (unsigned long long)(b & 0xffffffffffffULL));
}
