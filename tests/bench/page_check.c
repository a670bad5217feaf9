/* Is what comes in on standard input a page as ours have to be? */
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/page_reader.h"

enum { PAGE_BYTES = 16 * 1024 * 1024 };

int main(void)
{
	char *text = malloc(PAGE_BYTES + 1);
	struct page_reader *reader = malloc(sizeof(*reader));
	const char *wrong = "no memory";
	size_t len = 0;

	if (text != NULL && reader != NULL) {
		reader->at = "";
		len = fread(text, 1, PAGE_BYTES, stdin);
		text[len] = '\0';
		wrong = page_reader_page(reader, text);
	}
	if (wrong != NULL)
		fprintf(stderr, "%s: %.60s\n", wrong,
		    reader != NULL ? reader->at : "");
	free(reader);
	free(text);
	return wrong != NULL;
}
