#include "cache/lmdb.h"

/* On disk, and in messages. */
static const char *const table_names[TABLE_COUNT] = {
    [TABLE_META] = "meta",
    [TABLE_INBOX] = "inbox",
    [TABLE_JOBS] = "jobs",
    [TABLE_DUE] = "due",
    [TABLE_OBJECTS] = "objects",
    [TABLE_NUMBERS] = "numbers",
    [TABLE_HISTORY] = "history",
    [TABLE_GRANTS] = "grants",
    [TABLE_GRANT_LOG] = "grant_log",
    [TABLE_ACCOUNTS] = "accounts",
    [TABLE_BELONGINGS] = "belongings",
    [TABLE_EDGES] = "edges",
    [TABLE_CHANGES] = "changes",
    [TABLE_LINKS] = "links",
    [TABLE_CUSTOMERS] = "customers",
    [TABLE_MEMBERS] = "members",
    [TABLE_CHECKS] = "checks",
    [TABLE_PROVIDERS] = "providers",
    [TABLE_CREDITS] = "credits",
    [TABLE_EFFECTS] = "effects",
    [TABLE_TARGETS] = "targets",
    [TABLE_LISTS] = "lists",
    [TABLE_STRANGERS] = "strangers",
    [TABLE_DELIVERIES] = "deliveries",
    [TABLE_LINKED] = "linked",
    [TABLE_LOOKS] = "looks",
};

const char *lmdb_table_name(enum table table)
{
	return (unsigned int)table < TABLE_COUNT ? table_names[table] : "?";
}
