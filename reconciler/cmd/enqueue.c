/* enqueue: make an object due, as if it had been notified. */
#include <stdio.h>
#include <string.h>

#include "cache/store.h"
#include "clients/client.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "reconciler/cmd/enqueue.h"
#include "reconciler/cmd/settings.h"

#include "reconciler/cmd/cmd.h"

enum {
	BATCH = 500,
	OBJECT_BYTES = 64 * 1024 /* of memory for one object */
};

/* Lines are stored in batches: one commit for many. */
struct batch {
	struct cmd_session *session;
	struct notice notices[BATCH];
	struct arena arena; /* their texts */
	size_t n;
};

/* KIND/ID; the id may hold slashes of its own. */
int enqueue_take_parent(struct arena *arena, const char *text,
    struct wish *wish, struct err_text *err)
{
	const char *slash = strchr(text, '/');

	if (slash == NULL)
		return err_set(err, ERR_BAD,
		    "the parent is to be given as KIND/ID, got \"%s\"", text);
	wish->parent.provider = wish->ref.provider;
	wish->parent.kind = arena_bytes(arena, text, (size_t)(slash - text));
	wish->parent.id = slash + 1;
	if (wish->parent.kind == NULL)
		return err_set(err, ERR_FAIL, "no memory");
	if (!name_ref_is_valid(&wish->parent))
		return err_set(err, ERR_BAD,
		    "\"%s\" cannot be the KIND/ID of a parent", text);
	return 0;
}

/* One that is on record is asked for with the parent that is known of it. */
static bool has_recorded_parent(
    struct store *store, const struct object_ref *ref)
{
	struct store_view *view = NULL;
	struct object object;
	struct arena arena;
	struct err_text err;
	bool found;

	arena_init(&arena, OBJECT_BYTES);
	found = store_view_open(store, &view, &err) == 0 &&
		store_view_object(view, ref, &arena, &object, &err) == 0 &&
		object.parent_id != NULL;
	store_view_close(view);
	arena_fini(&arena);
	return found;
}

static int check_parent(struct cmd_session *session,
    const struct provider_settings *p, const struct client_kind *kind,
    const struct wish *wish, struct err_text *err)
{
	const struct object_ref *parent = &wish->parent;
	const struct client_kind *of;

	if (parent->id == NULL) {
		if (!kind->needs_parent ||
		    has_recorded_parent(session->store, &wish->ref))
			return 0;
		return err_set(err, ERR_BAD,
		    "a %s %s cannot be asked for without its parent: add "
		    "--parent KIND/ID, or KIND/ID as a fourth field",
		    p->type, kind->name);
	}
	of = client_kind_of(p, parent->kind);
	if (of != NULL && !client_id_is_valid(of, parent->id))
		return err_set(err, ERR_BAD,
		    "\"%s\" is not of the form of a %s %s id", parent->id,
		    p->type, parent->kind);
	return 0;
}

int enqueue_check(
    struct cmd_session *session, const struct wish *wish, struct err_text *err)
{
	const struct settings *settings = session->settings;
	const struct object_ref *ref = &wish->ref;
	const struct provider_settings *p =
	    settings_provider(settings, ref->provider);
	const struct client_kind *kind;

	if (p == NULL)
		return err_set(err, ERR_BAD, "no provider \"%s\" in %s",
		    ref->provider, settings->file);
	kind = client_kind_of(p, ref->kind);
	if (kind == NULL)
		return err_set(
		    err, ERR_BAD, "%s has no kind \"%s\"", p->type, ref->kind);
	if (!client_id_is_valid(kind, ref->id))
		return err_set(err, ERR_BAD,
		    "\"%s\" is not of the form of a %s %s id", ref->id, p->type,
		    ref->kind);
	return check_parent(session, p, kind, wish, err);
}

static int flush(struct batch *batch, struct err_text *err)
{
	int rc = 0;

	if (batch->n > 0)
		rc = store_append(
		    batch->session->store, batch->notices, batch->n, err);
	batch->n = 0;
	arena_reset(&batch->arena);
	return rc;
}

static int add(
    struct batch *batch, const struct wish *wish, struct err_text *err)
{
	struct notice *notice = &batch->notices[batch->n];
	struct arena *arena = &batch->arena;
	int rc = enqueue_check(batch->session, wish, err);

	if (rc != 0)
		return rc;
	memset(notice, 0, sizeof(*notice));
	notice->ref.provider = arena_text(arena, wish->ref.provider);
	notice->ref.kind = arena_text(arena, wish->ref.kind);
	notice->ref.id = arena_text(arena, wish->ref.id);
	notice->parent_kind = arena_text(arena, wish->parent.kind);
	notice->parent_id = arena_text(arena, wish->parent.id);
	notice->arrived_ms = clock_wall_ms();
	notice->cause = CAUSE_NOTIFIED;
	notice->trusted = true;
	if (arena_failed(arena))
		return err_set(err, ERR_FAIL, "no memory");
	batch->n++;
	return batch->n == BATCH ? flush(batch, err) : 0;
}

/* parent NULL: none is given. */
static int take_words(struct batch *batch, char *const *words,
    const char *parent, struct err_text *err)
{
	struct wish wish = {
	    .ref = {.provider = words[0], .kind = words[1], .id = words[2]}};
	int rc = 0;

	if (parent != NULL)
		rc = enqueue_take_parent(&batch->arena, parent, &wish, err);
	return rc == 0 ? add(batch, &wish, err) : rc;
}

static int take_line(
    void *cookie, char **fields, size_t n, struct err_text *err)
{
	if (n != 3 && n != 4)
		return err_set(err, ERR_BAD,
		    "three fields are needed: PROVIDER KIND ID, and "
		    "PARENTKIND/PARENTID may follow; got %zu",
		    n);
	return take_words(cookie, fields, n == 4 ? fields[3] : NULL, err);
}

static int enqueue(
    struct cmd_context *context, struct batch *batch, const char *parent)
{
	struct err_text err;
	int status = CMD_OK;

	if (context->n_args == 3) {
		if (take_words(batch, context->args, parent, &err) != 0)
			return cmd_fail(context, &err);
	} else {
		status = cmd_split_lines(context, take_line, batch);
	}
	if (flush(batch, &err) != 0)
		return cmd_fail(context, &err);
	return status;
}

int cmd_enqueue(struct cmd_context *context)
{
	const char *parent = NULL;
	const struct cmd_option known[] = {
	    {"parent", CMD_TEXT, &parent, NULL},
	};
	struct cmd_session session;
	struct batch batch = {.session = &session};
	int status = CMD_ERROR;

	if (!cmd_parse(context, known, 1, 1, 3))
		return CMD_ERROR;
	if (context->n_args != 3 && (parent != NULL || context->n_args != 1 ||
					strcmp(context->args[0], "-") != 0))
		return cmd_say_fail(context,
		    "give PROVIDER KIND ID, or only - for standard input");
	arena_init(&batch.arena, 1024 * 1024);
	if (cmd_open(context, SETTINGS_NO_SECRETS, &session) == 0)
		status = enqueue(context, &batch, parent);
	cmd_close(&session);
	arena_fini(&batch.arena);
	return status;
}
