#include <stdlib.h>

#include "cache/store.h"

#include "reconciler/base/buf.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/cmd/settings.h"
#include "reconciler/io/query.h"
#include "reconciler/io/wire.h"

#include "reconciler/lib/handle.h"
#include "reconciler/lib/parent.h"
#include "reconciler/lib/slots.h"

#include "reconciler/lib/trueup.h"

/* ---- the handle ------------------------------------------------------- */

/* Frees it in the process that it belongs to. */
static void end(struct trueup *t)
{
	slots_free(t->slots);
	settings_unload(t->loaded);
	parent_free(t->parent);
	free(t);
}

static int fill(struct trueup *t, const char *config, struct err_text *why)
{
	int rc = settings_load(config, SETTINGS_NO_SECRETS, &t->loaded, why);
	struct slot *slot;

	if (rc != 0)
		return rc;
	t->settings = settings_of(t->loaded);
	t->parent = parent_new();
	t->slots = slots_new(t->settings);
	if (t->parent == NULL || t->slots == NULL)
		return err_set(why, ERR_FAIL, "out of memory");
	rc = handle_enter(t, &slot, why);
	if (rc == 0)
		slots_give(slot, 0);
	/* All else may pass; this is a mistake of the program. */
	return rc == TRUEUP_ERR_TWICE ? rc : 0;
}

int trueup_open(
    const char *config, struct trueup **out, struct trueup_error *err)
{
	struct trueup *t = calloc(1, sizeof(*t));
	struct err_text why = {""};
	int rc;

	*out = NULL;
	rc = t != NULL ? fill(t, config, &why)
		       : err_set(&why, ERR_FAIL, "out of memory");
	if (rc == 0)
		*out = t;
	else if (t != NULL)
		end(t);
	/* A configuration that is not there is not a store that is not. */
	if (rc == ERR_ABSENT)
		rc = ERR_BAD;
	return handle_tell(rc, &why, err);
}

void trueup_close(struct trueup *t)
{
	/* A child that did would take the locks of a handle of its own away:
	 * they end with any of its descriptors of the file. */
	if (t != NULL && parent_is_me(t->parent))
		end(t);
}

int trueup_check(struct trueup *t, struct trueup_error *err)
{
	struct err_text why;
	struct slot *slot;
	int rc = handle_enter(t, &slot, &why);

	if (rc == 0)
		slots_give(slot, 0);
	return handle_tell(rc, &why, err);
}

/* ---- questions -------------------------------------------------------- */

static int no_account(struct err_text *why)
{
	return err_set(why, ERR_BAD, "no account is given");
}

int trueup_entitled(struct trueup *t, const char *account, const char *product,
    const char *label, struct trueup_error *err)
{
	static const int answers[] = {
	    [ENTITLED_NO] = TRUEUP_NO,
	    [ENTITLED_YES] = TRUEUP_YES,
	    [ENTITLED_UNKNOWN] = TRUEUP_UNKNOWN,
	};
	const struct entitled_question asked = {
	    .account = account,
	    .product = product,
	    .label = label,
	    .now_ms = clock_wall_ms(),
	};
	enum entitled answer = ENTITLED_UNKNOWN;
	struct err_text why;
	struct slot *slot = NULL;
	int rc =
	    account != NULL ? handle_enter(t, &slot, &why) : no_account(&why);

	if (rc == 0) {
		rc = store_view_entitled(slots_view(slot), t->settings, &asked,
		    slots_arena(slot), &answer, &why);
		slots_give(slot, rc);
	}
	(void)handle_tell(rc, &why, err);
	return rc != 0 ? rc : answers[answer];
}

static int answer_json(struct trueup *t, const struct account_question *asked,
    char **out, struct err_text *why)
{
	struct account_answer answer;
	struct slot *slot;
	struct buf text;
	int rc;

	if (asked->account == NULL)
		return no_account(why);
	rc = handle_enter(t, &slot, why);
	if (rc != 0)
		return rc;
	rc = query_account(slots_view(slot), t->settings, asked,
	    slots_arena(slot), &answer, why);
	if (rc == 0) {
		buf_init(&text, HANDLE_JSON_MAX);
		wire_account(&answer, &text);
		rc = handle_take(&text, out, why);
	}
	slots_give(slot, rc);
	return rc;
}

int trueup_account_json(struct trueup *t, const char *account,
    const char *product, const char *label, int64_t at_ms, char **out,
    struct trueup_error *err)
{
	const struct account_question asked = {
	    .account = account,
	    .product = product,
	    .label = label,
	    .has_at = at_ms != 0,
	    .at_ms = at_ms,
	    .now_ms = clock_wall_ms(),
	};
	struct err_text why;

	*out = NULL;
	return handle_tell(answer_json(t, &asked, out, &why), &why, err);
}

void trueup_free(char *text)
{
	free(text);
}

/* ---- about ------------------------------------------------------------ */

const char *trueup_version(void)
{
	return TRUEUP_VERSION;
}

const char *trueup_error_name(int code)
{
	switch (code) {
	case TRUEUP_ERR_MOVED:
		return "moved";
	case TRUEUP_ERR_FORKED:
		return "forked";
	case TRUEUP_ERR_GAP:
		return "gap";
	default:
		return err_name(code);
	}
}
