/*
 * Inside of the store: the directory it lives in. Which file systems are fit
 * for it, and who may read what is made there.
 */
#ifndef TRUEUP_CACHE_PLACE_H
#define TRUEUP_CACHE_PLACE_H

#include <stdbool.h>
#include <stdint.h>

struct err_text;

/*
 * place_make(path, err): make the directory (0750) unless it is there. 0, or
 * ERR_DENIED, ERR_FULL, ERR_FAIL.
 */
int place_make(const char *path, struct err_text *err);
/*
 * place_check(path, err): may a memory map with locks live there? 0; ERR_ABSENT
 * no such directory; ERR_BAD it is on a network file system.
 */
int place_check(const char *path, struct err_text *err);
/*
 * place_network_name(magic): the file system with this f_type (statfs(2)) when
 * it is one that lives on another machine; else NULL.
 */
const char *place_network_name(uint32_t magic);
/* place_has_data(path): there is a data file already. */
bool place_has_data(const char *path);
/* place_is_writable(path): there is one, and this process may write to it. */
bool place_is_writable(const char *path);

/* Which file it is, whatever it is called. Zeroed: none. */
struct place_file {
	uint64_t device;
	uint64_t inode;
};

/* place_data(path): the data file that is there now. */
struct place_file place_data(const char *path);
/* place_file_of(fd): the one that is open; fd -1: none. */
struct place_file place_file_of(int fd);
bool place_file_equal(struct place_file a, struct place_file b);
/* place_set_modes(path): the modes of just made files, whatever the umask. */
void place_set_modes(const char *path);
/*
 * place_open(path, name, flags, mode, err): a file of the directory. A
 * descriptor, or a negative enum err; only a regular file or a fifo is opened,
 * never through a symbolic link.
 */
int place_open(const char *path, const char *name, int flags, unsigned int mode,
    struct err_text *err);

#endif
