/* The part of `account --explain` that is for people. */
#ifndef TRUEUP_CMD_ACCOUNT_WHY_H
#define TRUEUP_CMD_ACCOUNT_WHY_H

struct arena;
struct explanation;

/* account_why_print(arena, why): to standard output, an object at a time. */
void account_why_print(struct arena *arena, const struct explanation *why);

#endif
