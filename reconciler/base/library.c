#include <dlfcn.h>
#include <string.h>

#include "reconciler/base/err.h"

#include "reconciler/base/library.h"

int library_load(const char *file, const struct library_call *calls, size_t n,
    void *out, struct err_text *err)
{
	void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		return err_set(err, ERR_FAIL, "%s", dlerror());
	for (size_t i = 0; i < n; i++) {
		void *address = dlsym(handle, calls[i].name);

		if (address == NULL)
			return err_set(err, ERR_FAIL, "%s has no function %s",
			    file, calls[i].name);
		/* POSIX: both kinds of pointers look the same. */
		memcpy(
		    (char *)out + calls[i].offset, &address, sizeof(address));
	}
	return 0;
}
