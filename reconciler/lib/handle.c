#include <assert.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/lib/parent.h"
#include "reconciler/lib/slots.h"

#include "reconciler/lib/handle.h"

/* What the parts say is what the library says. */
static_assert((int)TRUEUP_ERR_ABSENT == (int)ERR_ABSENT, "absent");
static_assert((int)TRUEUP_ERR_BAD == (int)ERR_BAD, "bad");
static_assert((int)TRUEUP_ERR_AGAIN == (int)ERR_AGAIN, "again");
static_assert((int)TRUEUP_ERR_DENIED == (int)ERR_DENIED, "denied");
static_assert((int)TRUEUP_ERR_FULL == (int)ERR_FULL, "full");
static_assert((int)TRUEUP_ERR_FAIL == (int)ERR_FAIL, "fail");
static_assert((int)TRUEUP_ERR_FORMAT == (int)ERR_FORMAT, "format");
static_assert((int)TRUEUP_ERR_TWICE == (int)ERR_TWICE, "twice");
static_assert(sizeof(((struct trueup_error *)0)->text) == ERR_TEXT_MAX, "text");

int handle_enter(struct trueup *t, struct slot **out, struct err_text *err)
{
	if (t == NULL)
		return err_set(err, ERR_BAD, "there is no handle");
	if (!parent_is_me(t->parent)) {
		(void)err_set(err, ERR_FAIL,
		    "this handle was opened before fork() and is the parent's;"
		    " open one in this process");
		return TRUEUP_ERR_FORKED;
	}
	return slots_take(t->slots, out, err);
}

int handle_take(struct buf *text, char **out, struct err_text *err)
{
	int rc = text->error;

	*out = buf_take(text);
	if (*out != NULL)
		return 0;
	return err_set(err, rc == ERR_FULL ? ERR_FULL : ERR_FAIL,
	    rc == ERR_FULL ? "the answer is too large" : "out of memory");
}

int handle_tell(int rc, const struct err_text *why, struct trueup_error *err)
{
	if (err == NULL)
		return rc;
	err->code = rc;
	(void)text_copy(err->text, sizeof(err->text), rc != 0 ? why->text : "");
	return rc;
}
