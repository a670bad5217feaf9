/*
 * The readers of a handle: a bounded number of snapshots that are kept, renewed
 * for each question and rest between them. A question takes one for as long as
 * it lasts; with more threads than slots the others wait for one.
 */
#ifndef TRUEUP_LIB_SLOTS_H
#define TRUEUP_LIB_SLOTS_H

struct arena;
struct err_text;
struct settings;
struct slot;
struct slots;
struct store_view;

enum { SLOTS_MAX = 16 };

/* slots_new(settings): borrowed. NULL: no memory. */
struct slots *slots_new(const struct settings *settings);
/* slots_free(slots): none is taken. NULL-safe. */
void slots_free(struct slots *slots);

/*
 * slots_take(slots, out, err): a slot with a snapshot of now and an empty
 * arena, until slots_give. 0, or enum trueup_err and nothing was taken.
 */
int slots_take(struct slots *slots, struct slot **out, struct err_text *err);
/* slots_give(slot, rc): rc: how the question ended; after an error its
 * snapshot is not kept. */
void slots_give(struct slot *slot, int rc);

struct store_view *slots_view(const struct slot *slot);
struct arena *slots_arena(struct slot *slot);

#endif
