/* Our JSON is that of jansson, whatever is told: see wire_compare.h. */
#include "tests/fuzz/wire_compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!wire_compare(data, size))
		abort();
	return 0;
}
