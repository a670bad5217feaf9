#ifndef FAKE_FAKE_H
#define FAKE_FAKE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/fake/faults.h"
#include "tests/fake/notify.h"
#include "tests/fake/park.h"
#include "tests/fake/provider.h"
#include "tests/fake/state.h"
#include "tests/fake/stats.h"
#include "tests/fake/token.h"

enum { FAKE_KEY_BYTES = 1024, FAKE_URL_BYTES = 1024 };

/* One simulated provider, as all its parts share it. */
struct fake {
	const struct provider *provider;
	pthread_mutex_t lock; /* of all that follows, but park and notify */
	struct state state;
	struct faults faults;
	struct stats stats;
	json_t *quirks;
	struct tokens tokens;	  /* that were sold, where the provider does */
	char key[FAKE_KEY_BYTES]; /* empty: any key will do */
	char secret[FAKE_KEY_BYTES]; /* that notifications are signed with */
	char base_url[FAKE_URL_BYTES];
	char hooks[STATE_KINDS][FAKE_URL_BYTES]; /* empty: no such hook */
	json_t *sink; /* bodies that were posted to _control/sink */
	int sink_fail_status;
	int64_t sink_fail_left;
	int64_t sink_fail_skip; /* accepted before that */
	struct park *park;
	struct notify *notify;
};

#endif
