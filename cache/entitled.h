/* A part of store.h: the one question that is asked a million times. */
#ifndef TRUEUP_CACHE_ENTITLED_H
#define TRUEUP_CACHE_ENTITLED_H

#include "reconciler/core/entitle.h"

#include <stdint.h>

struct arena;
struct err_text;
struct settings;
struct store_view;

struct entitled_question {
	const char *account;
	const char *product; /* NULL: any */
	const char *label;   /* NULL: any */
	int64_t now_ms;
};

/*
 * store_view_entitled(view, settings, asked, arena, out, err): of all that
 * only whether, as entitle_account says it of those of its grants that
 * entitle_is_meant. Stops at the first that says yes, and copies nothing but
 * effects of payments, into arena. A view that was asked before and an arena
 * that was reset allocate nothing.
 */
int store_view_entitled(struct store_view *view,
    const struct settings *settings, const struct entitled_question *asked,
    struct arena *arena, enum entitled *out, struct err_text *err);

#endif
