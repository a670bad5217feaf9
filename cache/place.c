#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "reconciler/base/err.h"

#include "cache/place.h"

enum {
	DIRECTORY_MODE = 0750,
	DATA_MODE = 0640,
	/* Who may read the data takes a reader slot in the lock file. */
	LOCK_MODE = 0660,
	PATH_BYTES = 4096
};

/* f_type of statfs(2) for file systems whose files another machine may change
 * or lock: LMDB's map and mutexes do not work there. */
static const struct {
	uint32_t magic;
	const char *name;
} network[] = {
    {0x00006969, "NFS"},
    {0x0000517b, "SMB"},
    {0xff534d42, "CIFS"},
    {0xfe534d42, "SMB2"},
    {0x01021997, "9p"},
    {0x5346414f, "AFS"},
    {0x6b414653, "AFS"},
    {0x00c36400, "Ceph"},
    {0x73757245, "Coda"},
    {0x0000564c, "NCP"},
};

static int system_error(const char *path, int number, struct err_text *err)
{
	int code = ERR_FAIL;

	if (number == ENOENT || number == ENOTDIR)
		code = ERR_ABSENT;
	else if (number == EACCES || number == EPERM || number == EROFS)
		code = ERR_DENIED;
	else if (number == ENOSPC || number == EDQUOT)
		code = ERR_FULL;
	return err_set(err, code, "store: %s: %s", path, strerror(number));
}

int place_make(const char *path, struct err_text *err)
{
	if (mkdir(path, DIRECTORY_MODE) == 0) {
		/* Not left to the umask, which may take our group away. */
		if (chmod(path, DIRECTORY_MODE) != 0)
			return system_error(path, errno, err);
		return 0;
	}
	return errno == EEXIST ? 0 : system_error(path, errno, err);
}

const char *place_network_name(uint32_t magic)
{
	for (size_t i = 0; i < sizeof(network) / sizeof(*network); i++) {
		if (network[i].magic == magic)
			return network[i].name;
	}
	return NULL;
}

int place_check(const char *path, struct err_text *err)
{
	struct statfs fs;
	const char *name;

	if (statfs(path, &fs) != 0)
		return system_error(path, errno, err);
	name = place_network_name((uint32_t)fs.f_type);
	if (name == NULL)
		return 0;
	return err_set(err, ERR_BAD,
	    "store: %s is on a network file system (%s), where its locks do not"
	    " hold and data would be lost; put it on a disk of this machine",
	    path, name);
}

static int join(char *out, const char *path, const char *name)
{
	int n = snprintf(out, PATH_BYTES, "%s/%s", path, name);

	return n > 0 && n < PATH_BYTES ? 0 : ERR_BAD;
}

bool place_has_data(const char *path)
{
	char file[PATH_BYTES];
	struct stat st;

	return join(file, path, "data.mdb") == 0 && stat(file, &st) == 0;
}

bool place_is_writable(const char *path)
{
	char file[PATH_BYTES];

	return join(file, path, "data.mdb") == 0 && access(file, W_OK) == 0;
}

static struct place_file file_of(const struct stat *st)
{
	return (struct place_file){
	    .device = (uint64_t)st->st_dev, .inode = (uint64_t)st->st_ino};
}

struct place_file place_data(const char *path)
{
	char file[PATH_BYTES];
	struct stat st;

	if (join(file, path, "data.mdb") != 0 || stat(file, &st) != 0)
		return (struct place_file){0};
	return file_of(&st);
}

struct place_file place_file_of(int fd)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return (struct place_file){0};
	return file_of(&st);
}

bool place_file_equal(struct place_file a, struct place_file b)
{
	return a.device == b.device && a.inode == b.inode;
}

/* A file that somebody else made stays as he made it. */
static void set_mode(const char *path, const char *name, mode_t mode)
{
	char file[PATH_BYTES];

	if (join(file, path, name) == 0)
		(void)chmod(file, mode);
}

void place_set_modes(const char *path)
{
	set_mode(path, "data.mdb", DATA_MODE);
	set_mode(path, "lock.mdb", LOCK_MODE);
}

int place_open(const char *path, const char *name, int flags, unsigned int mode,
    struct err_text *err)
{
	char file[PATH_BYTES];
	struct stat st;
	int fd;

	if (join(file, path, name) != 0)
		return err_set(err, ERR_BAD, "store: %s: path too long", path);
	fd = open(file, flags | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
	if (fd < 0)
		return system_error(file, errno, err);
	if (fstat(fd, &st) == 0 &&
	    (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode)))
		return fd;
	close(fd);
	return err_set(err, ERR_BAD, "store: %s is not what we made", file);
}
