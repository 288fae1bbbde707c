/* maildir.c - a Maildir: found, opened, looked at. */

#include "maildir.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* openat2(2), which no libc wraps.  O_NOFOLLOW would look at the last name
 * of the path only, and with O_DIRECTORY call a symbolic link ENOTDIR. */
static int
open_directory(int at, const char *path, uint64_t access, uint64_t resolve)
{
	const struct open_how how = {
		.flags = access | O_DIRECTORY | O_CLOEXEC,
		.resolve = resolve | RESOLVE_NO_SYMLINKS |
		    RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, at, path, &how, sizeof how);
}

static void
shut(int *fd)
{
	int error = errno;

	if (*fd != -1)
		close(*fd);
	*fd = -1;
	errno = error;
}

/* Some file systems (ramfs, small FUSE ones) do not count their blocks: they
 * have none at all, which is no reason to refuse mail. */
static uint64_t
room(const struct statfs *fs)
{
	uint64_t unit = (uint64_t)(fs->f_frsize != 0 ? fs->f_frsize
	    : fs->f_bsize);

	if (fs->f_blocks == 0 || unit == 0 || fs->f_bavail > UINT64_MAX / unit)
		return UINT64_MAX;
	return fs->f_bavail * unit;
}

int
maildir_look(struct maildir *m)
{
	struct statfs fs;

	m->call = "fstatfs";
	if (fstatfs(m->new, &fs) != 0)
		return -1;

	/* The type is signed or not, 32 bits or 64, as libc likes. */
	uint32_t type = (uint32_t)fs.f_type;

	m->has_journal = type == EXT4_SUPER_MAGIC;
	m->has_range = type == EXT4_SUPER_MAGIC || type == XFS_SUPER_MAGIC;
	m->is_local = m->has_range || type == BTRFS_SUPER_MAGIC;
	m->room = room(&fs);
	/* btrfs has no fixed number of inodes and reports 0 of 0. */
	m->has_inodes = fs.f_files == 0 || fs.f_ffree > 0;
	return 0;
}

static int
open_folders(struct maildir *m)
{
	struct stat new;

	m->call = "openat2";
	m->tmp = open_directory(m->base, "tmp", O_PATH, 0);
	if (m->tmp == -1)
		return -1;
	/* For fsync and syncfs O_PATH is not enough. */
	m->new = open_directory(m->base, "new", O_RDONLY, 0);
	if (m->new == -1)
		return -1;
	m->call = "fstat";
	if (fstat(m->new, &new) != 0)
		return -1;
	m->dev = new.st_dev;
	m->ino = new.st_ino;
	return maildir_look(m);
}

int
maildir_find(struct maildir *m, int home, const char *path)
{
	struct stat st;

	*m = (struct maildir){ .tmp = -1, .new = -1, .call = "openat2" };
	m->base = home == -1 ? open_directory(AT_FDCWD, path, O_PATH, 0)
	    : open_directory(home, path, O_PATH, RESOLVE_BENEATH);
	if (m->base == -1)
		return -1;
	m->call = "fstat";
	if (fstat(m->base, &st) != 0) {
		maildir_close(m);
		return -1;
	}
	m->owner = st.st_uid;
	m->group = st.st_gid;
	return 0;
}

int
maildir_open(struct maildir *m)
{
	int result = open_folders(m);

	shut(&m->base);
	if (result != 0)
		maildir_close(m);
	return result;
}

void
maildir_close(struct maildir *m)
{
	shut(&m->base);
	shut(&m->tmp);
	shut(&m->new);
}
