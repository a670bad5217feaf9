#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache/twice.h"

enum { PATH_BYTES = 4096, INFO_BYTES = 4096, FILE_BYTES = 320 };

/*
 * What the system tells of a descriptor. Only of the process' own locks: a
 * child has its parent's descriptors, but none of these. The lock file itself
 * is not to be opened here: closing it would end the locks.
 */
static bool has_locks(const char *name)
{
	char file[FILE_BYTES], info[INFO_BYTES + 1];
	int len = snprintf(file, sizeof(file), "/proc/self/fdinfo/%s", name);
	ssize_t got = -1;
	int fd;

	if (len <= 0 || (size_t)len >= sizeof(file))
		return false;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		got = read(fd, info, INFO_BYTES);
		close(fd);
	}
	if (got <= 0)
		return false;
	info[got] = '\0';
	return strstr(info, "\nlock:") != NULL;
}

/* By its name: others open and close what the number stands for. */
static bool is_it(const char *name, const struct stat *wanted)
{
	char file[FILE_BYTES];
	int len = snprintf(file, sizeof(file), "/proc/self/fd/%s", name);
	struct stat st;

	return len > 0 && (size_t)len < sizeof(file) && stat(file, &st) == 0 &&
	       st.st_dev == wanted->st_dev && st.st_ino == wanted->st_ino &&
	       has_locks(name);
}

bool twice_is_open(const char *path)
{
	char file[PATH_BYTES];
	struct stat wanted;
	struct dirent *entry;
	bool found = false;
	DIR *dir;
	int len = snprintf(file, sizeof(file), "%s/lock.mdb", path);

	if (len <= 0 || (size_t)len >= sizeof(file) || stat(file, &wanted) != 0)
		return false;
	dir = opendir("/proc/self/fd");
	while (dir != NULL && !found && (entry = readdir(dir)) != NULL)
		found = is_it(entry->d_name, &wanted);
	if (dir != NULL)
		closedir(dir);
	return found;
}
