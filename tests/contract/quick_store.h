/*
 * A fixture's store for programs that commit thousands of times and kill
 * nothing for real: in memory where there is such a file system, else where the
 * others are. Its files are unlinked as soon as they are open, so that nothing
 * of them is left behind however the program ends.
 */
#ifndef TRUEUP_TESTS_CONTRACT_QUICK_STORE_H
#define TRUEUP_TESTS_CONTRACT_QUICK_STORE_H

#include "tests/contract/store_fixture.h"

static inline void quick_unlink(const char *path)
{
	static const char *const files[] = {"data.mdb", "lock.mdb", "wake"};
	char file[2 * FIXTURE_PATH_MAX];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(file, sizeof(file), "%s/%s", path, files[i]);
		unlink(file);
	}
}

/* map_bytes: the most it may grow to; 0: as other fixtures. */
static inline struct fixture *quick_setup_sized(uint64_t map_bytes)
{
	static const char memory[] = "/dev/shm";
	const char *tmp = getenv("TMPDIR");
	char before[FIXTURE_PATH_MAX];
	void *fixture = NULL;
	struct fixture *f;

	snprintf(before, sizeof(before), "%s", tmp != NULL ? tmp : "/tmp");
	if (access(memory, W_OK | X_OK) == 0)
		setenv("TMPDIR", memory, 1);
	fixture_setup(&fixture);
	setenv("TMPDIR", before, 1);
	f = fixture;
	if (map_bytes > 0)
		f->options.map_bytes = map_bytes;
	fixture_open(f);
	quick_unlink(f->path);
	return f;
}

static inline struct fixture *quick_setup(void)
{
	return quick_setup_sized(0);
}

static inline void quick_teardown(struct fixture *f)
{
	void *fixture = f;

	fixture_teardown(&fixture);
}

#endif
