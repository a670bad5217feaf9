/*
 * Runs a fuzz target on recorded inputs, so that every check replays what the
 * fuzzer once found: no fuzzer is needed. Arguments: the inputs' files.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { INPUT_MAX_BYTES = 4 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * The input is put into an allocation of its own size: reading past its end is
 * seen by a sanitizer.
 */
static int replay(const uint8_t *data, size_t size)
{
	uint8_t *exact = malloc(size > 0 ? size : 1);
	size_t i;
	int rc;

	if (exact == NULL)
		return -1;
	for (i = 0; i < size; i++)
		exact[i] = data[i];
	rc = LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return rc;
}

static int replay_file(const char *path, uint8_t *data)
{
	FILE *file = fopen(path, "rb");
	size_t size = 0;
	int rc = -1;

	if (file != NULL) {
		size = fread(data, 1, INPUT_MAX_BYTES, file);
		if (ferror(file) == 0 && fgetc(file) == EOF)
			rc = 0;
		(void)fclose(file);
	}
	if (rc != 0)
		(void)fprintf(stderr, "replay: cannot read all of %s\n", path);
	else if (replay(data, size) != 0)
		rc = -1;
	return rc;
}

int main(int argc, char **argv)
{
	uint8_t *data = malloc(INPUT_MAX_BYTES);
	int i, failed = data == NULL || argc < 2;

	for (i = 1; i < argc && data != NULL; i++) {
		/* Named before it runs: an abort says no more. */
		(void)printf("%s\n", argv[i]);
		(void)fflush(stdout);
		if (replay_file(argv[i], data) != 0)
			failed = 1;
	}
	free(data);
	return failed;
}
