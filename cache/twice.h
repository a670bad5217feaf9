/*
 * Inside of the store: LMDB's locks are the process', not the opener's. A
 * second opening of the same store in one process would go unnoticed and, when
 * one of the two is closed, leave the other one's snapshots unprotected.
 */
#ifndef TRUEUP_CACHE_TWICE_H
#define TRUEUP_CACHE_TWICE_H

#include <stdbool.h>

/*
 * twice_is_open(path): this process holds locks of the store in that directory.
 * What its parent held before a fork does not count. false too where the system
 * does not tell (no /proc).
 */
bool twice_is_open(const char *path);

#endif
