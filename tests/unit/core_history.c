/* core/history where the provider lists history: its list is the truth. */
#include "tests/unit/story.h"

static const struct story stories[] = {
    /* First looks. */
    {"a first look at a long history collapses all but the newest",
	"1 >A@1c | 2 A>B@2c | 3 B>C@3",
	{{"C", "A@1 B@2 C@3", HISTORY_NEWS, .flags = NOTIFIED}}},
    {"a first look that nobody asked for collapses the newest too",
	"1 >A@1c | 2 A>B@2c", {{"B", "A@1 B@2", HISTORY_NEWS, .flags = 0}}},
    {"an empty list and a status: seen by us, from nothing", "1 >A@1000o",
	{{"A", "", HISTORY_NEWS, .flags = NOTIFIED}}},
    {"no list: the first answer is an entry", "1 >A@1000o",
	{{"A", NULL, HISTORY_NEWS, .flags = NOTIFIED}}},
    {"no list: the first answer at the provider's time", "1 >A@7",
	{{"A", NULL, HISTORY_NEWS, .flags = NOTIFIED, .changed_at_ms = 7}}},
    {"facts of a first look are not a change", "1 >A@1000oc",
	{{"A", NULL, HISTORY_NEWS, .flags = 0, .facts = "plan=1"}}},

    /* The list is the truth. */
    {"the same list again is no news", "1 >A@1c | 2 A>B@2",
	{{"B", "A@1 B@2", HISTORY_NEWS, .flags = NOTIFIED},
	    {"B", "A@1 B@2", HISTORY_SAME, .flags = NOTIFIED}}},
    {"what the list adds is appended, the newest with the notice",
	"1 >A@1 | 2 A>B@2c | 3 B>C@3c | 4 C>D@4",
	{{"A", "A@1", HISTORY_NEWS, .flags = NOTIFIED},
	    {"D", "A@1 B@2 C@3 D@4", HISTORY_NEWS, .flags = NOTIFIED}}},
    {"what a resync finds is collapsed to the last", "1 >A@1 | 2 A>B@2c",
	{{"A", "A@1", HISTORY_NEWS, .flags = NOTIFIED},
	    {"B", "A@1 B@2", HISTORY_NEWS, .flags = 0}}},
    {"two equal entries of one second are two", "1 >A@1c | 2 A>B@2c | 3 B>B@2",
	{{"B", "A@1 B@2 B@2", HISTORY_NEWS, .flags = NOTIFIED},
	    {"B", "A@1 B@2 B@2", HISTORY_SAME, .flags = 0}}},
    {"an equal entry that joins in the same second is added",
	"1 >A@1c | 2 A>B@2 | 3 B>B@2",
	{{"B", "A@1 B@2", HISTORY_NEWS, .flags = NOTIFIED},
	    {"B", "A@1 B@2 B@2", HISTORY_NEWS, .flags = NOTIFIED},
	    {"B", "A@1 B@2 B@2", HISTORY_SAME, .flags = 0}}},
    {"different words in one second", "1 >A@1c | 2 A>B@2c | 3 B>C@2",
	{{"C", "A@1 B@2 C@2", HISTORY_NEWS, .flags = NOTIFIED},
	    {"C", "A@1 B@2 C@2", HISTORY_SAME, .flags = 0}}},
    {"the same word and second in another attempt is another entry",
	"1 >A@1c | 2 A>A@1",
	{{"A", "A@1#1 A@1#2", HISTORY_NEWS, .flags = NOTIFIED},
	    {"A", "A@1#1 A@1#2", HISTORY_SAME, .flags = 0}}},
    {"another attempt in its place is another entry",
	"1 >A@1cx | 2 A>B@2 | 3 >A@1",
	{{"B", "A@1#1 B@2#1", HISTORY_NEWS, .flags = NOTIFIED},
	    {"B", "A@1#2 B@2#1", HISTORY_NEWS, .flags = NOTIFIED}}},
    {"another word in its second is another entry",
	"1 >A@1c | 2 A>B@2x | 3 A>C@2",
	{{"B", "A@1 B@2", HISTORY_NEWS, .flags = NOTIFIED},
	    {"C", "A@1 C@2", HISTORY_NEWS, .flags = NOTIFIED}}},
    {"a list reordered within a second is the same list",
	"1 >A@1c | 2 A>B@2c | 3 B>C@2",
	{{"C", "A@1 B@2 C@2", HISTORY_NEWS, .flags = NOTIFIED},
	    {"C", "A@1 C@2 B@2", HISTORY_SAME, .flags = NOTIFIED},
	    {"C", "A@1 B@2 C@2", HISTORY_SAME, .flags = NOTIFIED}}},
    {"a first list whose last second is in disorder ends with the status",
	"1 >A@1c | 2 A>B@2c | 3 B>C@2",
	{{"C", "A@1 C@2 B@2", HISTORY_NEWS, .flags = NOTIFIED}}},
    {"entries without a time keep the list's order",
	"1 >B@0c | 2 B>A@0c | 3 A>B@1000o",
	{{"B", "B@0 A@0", HISTORY_NEWS, .flags = NOTIFIED},
	    {"B", "B@0 A@0", HISTORY_SAME, .flags = 0}}},
    {"a late entry in the middle is appended with what precedes it",
	"1 >A@1c | 2 A>C@3 | 3 A>B@2",
	{{"C", "A@1 C@3", HISTORY_NEWS, .flags = NOTIFIED},
	    {"C", "A@1 B@2 C@3", HISTORY_NEWS, .flags = NOTIFIED},
	    {"C", "A@1 B@2 C@3", HISTORY_SAME, .flags = 0}}},
    {"an entry in the middle that is gone is retracted",
	"1 >A@1c | 2 A>B@2cx | 3 B>C@3",
	{{"C", "A@1 B@2 C@3", HISTORY_NEWS, .flags = NOTIFIED},
	    {"C", "A@1 C@3", HISTORY_NEWS, .flags = 0},
	    {"C", "A@1 C@3", HISTORY_SAME, .flags = 0}}},
    {"and is taken back when it is listed again",
	"1 >A@1c | 2 A>B@2c | 3 B>C@3",
	{{"C", "A@1 B@2 C@3", HISTORY_NEWS, .flags = NOTIFIED},
	    {"C", "A@1 C@3", HISTORY_NEWS, .flags = 0},
	    {"C", "A@1 B@2 C@3", HISTORY_NEWS, .flags = 0}}},
    {"of two equal entries the second is the one that goes",
	"1 >A@1c | 2 A>B@2c | 3 B>B@2cx | 4 B>C@3",
	{{"C", "A@1 B@2 B@2 C@3", HISTORY_NEWS, .flags = NOTIFIED},
	    {"C", "A@1 B@2 C@3", HISTORY_NEWS, .flags = 0}}},
    {"an entry that was rewritten is retracted and added",
	"1 >A@1c | 2 A>B@2x | 3 A>B@3",
	{{"B", "A@1 B@2", HISTORY_NEWS, .flags = NOTIFIED},
	    {"B", "A@1 B@3", HISTORY_NEWS, .flags = NOTIFIED}}},

    /* Reasons that come later. */
    {"a reason given later fills an empty one", "1 >A@1!why/AM04",
	{{"A", "A@1", HISTORY_NEWS, .flags = NOTIFIED},
	    {"A", "A@1!why/AM04", HISTORY_NEWS, .flags = 0},
	    {"A", "A@1!why/AM04", HISTORY_SAME, .flags = 0}}},
    {"a reason that changes does not replace one", "1 >A@1!why/AM04",
	{{"A", "A@1!why/AM04", HISTORY_NEWS, .flags = NOTIFIED},
	    {"A", "A@1!other/AC04", HISTORY_SAME, .flags = 0},
	    {"A", "A@1", HISTORY_SAME, .flags = 0}}},
    {"a code alone", "1 >A@1!why/AM04",
	{{"A", "A@1!why", HISTORY_NEWS, .flags = NOTIFIED},
	    {"A", "A@1!why/AM04", HISTORY_NEWS, .flags = 0}}},

    /* Older answers. */
    {"an older version is not taken", "1 >A@1c | 2 A>B@2",
	{{"B", "A@1 B@2", HISTORY_NEWS, .flags = NOTIFIED, .version_ms = 20},
	    {"X", "A@1 X@9", HISTORY_STALE, .flags = NOTIFIED,
		.version_ms = 19}}},
    {"an older version is taken when the caller insists",
	"1 >A@1c | 2 A>B@2x | 3 A>X@9",
	{{"B", "A@1 B@2", HISTORY_NEWS, .flags = NOTIFIED, .version_ms = 20},
	    {"X", "A@1 X@9", HISTORY_NEWS, .flags = NOTIFIED | OLDER_OK,
		.version_ms = 19}}},
    {"an older version without a list", "1 >B@1000o",
	{{"B", NULL, HISTORY_NEWS, .flags = NOTIFIED, .version_ms = 20},
	    {"A", NULL, HISTORY_STALE, .flags = NOTIFIED, .version_ms = 19}}},
    {"an equal version with other content is a tie", "1 >A@1 | 2 A>B@2",
	{{"A", "A@1", HISTORY_NEWS, .flags = NOTIFIED, .version_ms = 20},
	    {"B", "A@1 B@2", HISTORY_NEWS, .flags = NOTIFIED | TIE,
		.version_ms = 20},
	    {"B", "A@1 B@2", HISTORY_SAME, .flags = NOTIFIED,
		.version_ms = 20}}},
    {"an equal version without a list is a tie",
	"1 >A@1000o | 2 A>B@2000o~1000",
	{{"A", NULL, HISTORY_NEWS, .flags = NOTIFIED, .version_ms = 20},
	    {"B", NULL, HISTORY_NEWS, .flags = NOTIFIED | TIE,
		.version_ms = 20}}},
    {"no version: no tie", "1 >A@1 | 2 A>B@2",
	{{"A", "A@1", HISTORY_NEWS, .flags = NOTIFIED},
	    {"B", "A@1 B@2", HISTORY_NEWS, .flags = NOTIFIED}}},
    {"without a version a list that lost its end is not taken",
	"1 >A@1c | 2 A>B@2",
	{{"B", "A@1 B@2", HISTORY_NEWS, .flags = NOTIFIED},
	    {"A", "A@1", HISTORY_STALE, .flags = NOTIFIED},
	    {"A", "", HISTORY_STALE, .flags = NOTIFIED}}},
    {"with an equal version neither", "1 >A@1c | 2 A>B@2",
	{{"B", "A@1 B@2", HISTORY_NEWS, .flags = NOTIFIED, .version_ms = 20},
	    {"A", "A@1", HISTORY_STALE, .flags = NOTIFIED, .version_ms = 20}}},
    {"with a newer version it is", "1 >A@1c | 2 A>B@2x",
	{{"B", "A@1 B@2", HISTORY_NEWS, .flags = NOTIFIED, .version_ms = 20},
	    {"A", "A@1", HISTORY_NEWS, .flags = NOTIFIED, .version_ms = 21}}},
    {"and when the caller insists", "1 >A@1c | 2 A>B@2x",
	{{"B", "A@1 B@2", HISTORY_NEWS, .flags = NOTIFIED},
	    {"A", "A@1", HISTORY_STALE, .flags = NOTIFIED},
	    {"A", "A@1", HISTORY_NEWS, .flags = OLDER_OK},
	    {"A", "A@1", HISTORY_SAME, .flags = 0}}},
    {"the older list of a record with a late entry in the middle",
	"1 >A@1c | 2 A>C@3 | 3 A>B@2",
	{{"C", "A@1 C@3", HISTORY_NEWS, .flags = NOTIFIED},
	    {"C", "A@1 B@2 C@3", HISTORY_NEWS, .flags = NOTIFIED},
	    {"C", "A@1 C@3", HISTORY_STALE, .flags = 0},
	    {"B", "A@1 B@2", HISTORY_STALE, .flags = 0}}},
    {"a list that lost its end but shows something new is taken",
	"1 >A@1c | 2 A>B@2x | 3 A>C@3",
	{{"B", "A@1 B@2", HISTORY_NEWS, .flags = NOTIFIED},
	    {"C", "A@1 C@3", HISTORY_NEWS, .flags = NOTIFIED}}},
};

static void test_stories(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(stories) / sizeof(stories[0]); i++)
		tell_story(&stories[i]);
}

/* eCurring's own sample: three changes behind one notice, two in a second. */
static void test_sample(void **state)
{
	static const struct story story = {
	    "the provider's sample",
	    "1 >scheduled@10 | 2 scheduled>succeeded@20 | "
	    "3 succeeded>fulfilled@30c | "
	    "4 fulfilled>charged_back@40c!Insufficient_funds/AM04 | "
	    "5 charged_back>rescheduled@40",
	    {{"scheduled", "scheduled@10#1", HISTORY_NEWS, .flags = NOTIFIED},
		{"succeeded", "scheduled@10#1 succeeded@20#1", HISTORY_NEWS,
		    .flags = NOTIFIED},
		{"rescheduled",
		    "scheduled@10#1 succeeded@20#1 fulfilled@30#1 "
		    "charged_back@40#1!Insufficient_funds/AM04 "
		    "rescheduled@40#1",
		    HISTORY_NEWS, .flags = NOTIFIED},
		{"rescheduled",
		    "scheduled@10#1 succeeded@20#1 fulfilled@30#1 "
		    "charged_back@40#1!Insufficient_funds/AM04 "
		    "rescheduled@40#1",
		    HISTORY_SAME, .flags = NOTIFIED}},
	};

	(void)state;
	tell_story(&story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_stories),
	    cmocka_unit_test(test_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
