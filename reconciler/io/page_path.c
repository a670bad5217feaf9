#include <string.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/io/page_path.h"

static const char accounts[] = "/accounts/";

static int take_account(const char *segment, struct page_path *out)
{
	size_t len = 0;

	out->what = PAGE_ACCOUNT;
	if (text_unescape(segment, strlen(segment), out->account,
		sizeof(out->account), &len) == 0 &&
	    strlen(out->account) == len && name_account_is_valid(out->account))
		return 0;
	out->account[0] = '\0';
	return ERR_BAD;
}

int page_path_parse(const char *path, struct page_path *out)
{
	static const struct {
		const char *path;
		enum page_what what;
	} fixed[] = {
	    {"/", PAGE_HOME}, {"/login", PAGE_LOGIN}, {"/logout", PAGE_LOGOUT}};
	const char *segment = path + sizeof(accounts) - 1;

	memset(out, 0, sizeof(*out));
	out->what = PAGE_ABSENT;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++) {
		if (strcmp(path, fixed[i].path) == 0)
			out->what = fixed[i].what;
	}
	if (strncmp(path, accounts, sizeof(accounts) - 1) == 0 &&
	    *segment != '\0' && strchr(segment, '/') == NULL)
		return take_account(segment, out);
	return 0;
}

bool page_path_is_ours(const char *path, const char *accept)
{
	struct page_path parsed;

	if (page_path_parse(path, &parsed) != 0 || parsed.what != PAGE_ABSENT)
		return true;
	return accept != NULL && strstr(accept, "text/html") != NULL &&
	       strncmp(path, "/v1/", 4) != 0;
}

void page_path_write(const struct page_path *path, struct buf *out)
{
	if (path->what == PAGE_HOME) {
		buf_adds(out, "/");
	} else if (path->what == PAGE_ACCOUNT) {
		buf_adds(out, accounts);
		text_escape_path(out, path->account);
	} else {
		buf_adds(out, "/login");
	}
}
