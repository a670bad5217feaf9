/*
 * A shared library that is loaded when it is first needed. What most runs of
 * the program never use should not be paid for at every start: libcurl brings
 * thirty libraries along.
 */
#ifndef TRUEUP_BASE_LIBRARY_H
#define TRUEUP_BASE_LIBRARY_H

#include <stddef.h>

struct err_text;

/* Where, in a struct of pointers to functions, the one of that name belongs. */
struct library_call {
	const char *name;
	size_t offset;
};

/*
 * library_load(file, calls, n, out, err): load it and set the n pointers in
 * *out. It stays loaded until the process ends. ERR_FAIL: it is not there, or
 * one of the functions is not.
 */
int library_load(const char *file, const struct library_call *calls, size_t n,
    void *out, struct err_text *err);

#endif
