/*
 * The facts of an answer (plan, end, amount refunded) as one text that can be
 * stored, compared, and told to a person. Pure.
 */
#ifndef TRUEUP_CORE_FACTS_H
#define TRUEUP_CORE_FACTS_H

struct arena;
struct observation;

/*
 * facts_text(obs, arena): canonical, a line "name=value" for each fact in the
 * order given; a newline or backslash in a value is escaped with a backslash.
 * "" for none; NULL when the arena is full.
 */
const char *facts_text(const struct observation *obs, struct arena *arena);

/*
 * facts_difference(then, now, arena, out): which facts differ between two
 * canonical texts, for people: "name: value" of those that are new or changed,
 * in the order of now, "name: none" of those that vanished, joined by "; ", at
 * most OBSERVATION_REASON_MAX bytes of whole characters. *out is NULL when none
 * does (the order alone is no difference), else lives in arena. 0, or ERR_FULL.
 */
int facts_difference(
    const char *then, const char *now, struct arena *arena, const char **out);

/*
 * facts_handover(name, then, now, arena, out): what the object belongs to, told
 * in front of *out as "name: now, was then", when both are known and they
 * differ. NULL or "" is not known. 0, or ERR_FULL.
 */
int facts_handover(const char *name, const char *then, const char *now,
    struct arena *arena, const char **out);

#endif
