#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "reconciler/lib/parent.h"

/* A page of its own. */
struct parent {
	pid_t pid; /* 0: it was wiped, this is a child */
	bool is_wiped_by_fork;
};

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

struct parent *parent_new(void)
{
	struct parent *parent = mmap(NULL, page_bytes(), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (parent == MAP_FAILED)
		return NULL;
	parent->pid = getpid();
#ifdef MADV_WIPEONFORK
	parent->is_wiped_by_fork =
	    madvise(parent, page_bytes(), MADV_WIPEONFORK) == 0;
#endif
	return parent;
}

void parent_free(struct parent *parent)
{
	if (parent != NULL)
		(void)munmap(parent, page_bytes());
}

bool parent_is_me(const struct parent *parent)
{
	if (parent->pid == 0)
		return false;
	return parent->is_wiped_by_fork || parent->pid == getpid();
}
