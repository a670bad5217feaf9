/* The text format of OpenMetrics, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/buf.h"
#include "reconciler/core/latency.h"
#include "reconciler/io/openmetrics.h"

static struct buf out;

static int setup(void **state)
{
	(void)state;
	buf_init(&out, 4096);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	buf_fini(&out);
	return 0;
}

static void test_gauge(void **state)
{
	static const struct openmetrics_family family = {
	    "x_size_bytes", OPENMETRICS_GAUGE, "bytes", "How\nlarge \\ \"."};
	static const struct openmetrics_label label = {"at", "a\"b\\c\nd"};

	(void)state;
	openmetrics_begin(&out, &family);
	openmetrics_number(&out, &family, NULL, UINT64_MAX);
	openmetrics_number(&out, &family, &label, 0);
	assert_string_equal(buf_text(&out),
	    "# TYPE x_size_bytes gauge\n"
	    "# UNIT x_size_bytes bytes\n"
	    "# HELP x_size_bytes How\\nlarge \\\\ \\\".\n"
	    "x_size_bytes 18446744073709551615\n"
	    "x_size_bytes{at=\"a\\\"b\\\\c\\nd\"} 0\n");
}

static void test_counter_and_info(void **state)
{
	static const struct openmetrics_family counter = {
	    "x_looks", OPENMETRICS_COUNTER, NULL, "Looks."};
	static const struct openmetrics_family info = {
	    "x_build", OPENMETRICS_INFO, NULL, "Build."};
	static const struct openmetrics_label label = {"version", "1"};

	(void)state;
	openmetrics_begin(&out, &counter);
	openmetrics_number(&out, &counter, NULL, 7);
	openmetrics_begin(&out, &info);
	openmetrics_number(&out, &info, &label, 1);
	assert_string_equal(buf_text(&out),
	    "# TYPE x_looks counter\n# HELP x_looks Looks.\nx_looks_total 7\n"
	    "# TYPE x_build info\n# HELP x_build Build.\n"
	    "x_build_info{version=\"1\"} 1\n");
}

static void test_seconds(void **state)
{
	static const struct openmetrics_family family = {
	    "x_seconds", OPENMETRICS_GAUGE, "seconds", "S."};

	(void)state;
	openmetrics_seconds(&out, &family, NULL, 0);
	openmetrics_seconds(&out, &family, NULL, 7);
	openmetrics_seconds(&out, &family, NULL, 1795323600123);
	assert_string_equal(buf_text(&out),
	    "x_seconds 0.000\nx_seconds 0.007\nx_seconds 1795323600.123\n");
}

static void test_states(void **state)
{
	static const struct openmetrics_family family = {
	    "x_health", OPENMETRICS_STATES, NULL, "H."};
	static const struct openmetrics_label label = {"provider", "shop"};
	static const char *const words[] = {"ok", "barred"};

	(void)state;
	openmetrics_begin(&out, &family);
	openmetrics_states(&out, &family, &label, words, 2, 1);
	assert_string_equal(buf_text(&out),
	    "# TYPE x_health stateset\n# HELP x_health H.\n"
	    "x_health{provider=\"shop\",x_health=\"ok\"} 0\n"
	    "x_health{provider=\"shop\",x_health=\"barred\"} 1\n");
}

static void test_two_labels(void **state)
{
	static const struct openmetrics_family family = {
	    "x_seen", OPENMETRICS_COUNTER, NULL, "S."};
	static const struct openmetrics_label label = {"provider", "a\"b"};
	static const struct openmetrics_label second = {"outcome", "ok"};

	(void)state;
	openmetrics_number_of(&out, &family, &label, &second, 3);
	assert_string_equal(buf_text(&out),
	    "x_seen_total{provider=\"a\\\"b\",outcome=\"ok\"} 3\n");
}

static const char histogram_begin[] =
    "# TYPE x_seconds histogram\n# UNIT x_seconds seconds\n"
    "# HELP x_seconds S.\n"
    "x_seconds_bucket{by=\"w\",le=\"0.001\"} 1\n"
    "x_seconds_bucket{by=\"w\",le=\"0.005\"} 1\n"
    "x_seconds_bucket{by=\"w\",le=\"0.01\"} 1\n"
    "x_seconds_bucket{by=\"w\",le=\"0.025\"} 2\n";

/* Each bucket has all before it; bounds have a point. */
static void test_histogram(void **state)
{
	static const struct openmetrics_family family = {
	    "x_seconds", OPENMETRICS_HISTOGRAM, "seconds", "S."};
	static const struct openmetrics_label label = {"by", "w"};
	struct latency latency = {.sum_ms = 0};
	const char *text;

	(void)state;
	latency_add(&latency, 1);
	latency_add(&latency, 20);
	latency_add(&latency, 2500);
	latency_add(&latency, 9000000);
	openmetrics_begin(&out, &family);
	openmetrics_latency(&out, &family, &label, &latency);
	text = buf_text(&out);
	assert_memory_equal(text, histogram_begin, sizeof(histogram_begin) - 1);
	assert_non_null(strstr(text, "le=\"0.025\"} 2\n"));
	assert_non_null(strstr(text, "le=\"1.0\"} 2\n"));
	assert_non_null(strstr(text, "le=\"2.5\"} 3\n"));
	assert_non_null(strstr(text, "le=\"1800.0\"} 3\n"));
	assert_non_null(
	    strstr(text, "x_seconds_bucket{by=\"w\",le=\"+Inf\"} 4\n"
			 "x_seconds_count{by=\"w\"} 4\n"
			 "x_seconds_sum{by=\"w\"} 9002.521\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_gauge, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		test_counter_and_info, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_seconds, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_states, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_two_labels, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_histogram, setup, teardown),
	};

	return cmocka_run_group_tests_name("io_openmetrics", tests, NULL, NULL);
}
