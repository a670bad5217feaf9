/*
 * Crash points: places at which a kill would hurt most. In a test build
 * (-DTRUEUP_TEST_HOOKS) the process kills itself at the N-th one it passes, N
 * from $TRUEUP_CRASH_AT, and notes each one in $TRUEUP_CRASH_LOG; in every
 * other build they are nothing.
 */
#ifndef TRUEUP_BASE_CRASH_H
#define TRUEUP_BASE_CRASH_H

#ifdef TRUEUP_TEST_HOOKS
/* crash_point(name): may not return. */
void crash_point(const char *name);
#else
static inline void crash_point(const char *name)
{
	(void)name;
}
#endif

#endif
