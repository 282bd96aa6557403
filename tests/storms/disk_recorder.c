/* Records what a process does to the files of one folder: preloaded beneath the library that writes them.
 *
 * STORM_FOLDER  absolute path of the folder, without a slash at its end
 * STORM_RECORD  the record, a file outside of that folder; appended to by all processes
 * STORM_LIES    if set, syncs answer "done" without being recorded or done: a disk that lies
 *
 * One entry is one write to a file opened with O_APPEND, so entries of all processes and threads stand in one
 * order. A sync has two entries: what was written before the first is safe once the second is there.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPENED = 1, CREATED, WRITTEN, CUT, SYNC_BEGUN, SYNC_DONE, UNLINKED, RENAMED, UNKNOWN };
enum { DESCRIPTORS = 65536 };

struct entry {
    uint32_t kind, name_length;
    uint64_t file;
    int64_t offset;
    uint64_t length;
};

static uint64_t file_of[DESCRIPTORS]; /* inode of each descriptor that is watched, else 0 */
static char folder[PATH_MAX];
static size_t folder_length;
static int record = -1, lies;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void begin(void)
{
    const char *named = getenv("STORM_FOLDER"), *to = getenv("STORM_RECORD");
    if (!named || !to) return;
    snprintf(folder, sizeof folder, "%s", named);
    folder_length = strlen(folder);
    lies = getenv("STORM_LIES") != NULL;
    record = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static void tell(uint32_t kind, uint64_t file, int64_t offset, const char *name, const void *data, size_t length)
{
    struct entry head = {kind, (uint32_t)strlen(name), file, offset, length};
    struct iovec parts[3] = {
        {&head, sizeof head}, {(void *)name, head.name_length}, {(void *)data, data ? length : 0}};
    size_t wanted = parts[0].iov_len + parts[1].iov_len + parts[2].iov_len;
    int before = errno;
    pthread_mutex_lock(&mutex);
    if ((size_t)syscall(SYS_writev, record, parts, 3) != wanted) abort();
    pthread_mutex_unlock(&mutex);
    errno = before;
}

/* The name within the folder ("" for the folder itself), or NULL for what lies elsewhere. */
static const char *within(const char *path)
{
    pthread_once(&once, begin);
    if (record < 0 || !path || strncmp(path, folder, folder_length)) return NULL;
    if (!path[folder_length]) return "";
    return path[folder_length] == '/' ? path + folder_length + 1 : NULL;
}

static uint64_t watched(int descriptor)
{
    return descriptor >= 0 && descriptor < DESCRIPTORS ? file_of[descriptor] : 0;
}

static void opened(int descriptor, const char *path, int existed)
{
    const char *name = within(path);
    struct stat found;
    if (descriptor < 0 || descriptor >= DESCRIPTORS) return;
    file_of[descriptor] = 0;
    if (!name || fstat(descriptor, &found)) return;
    file_of[descriptor] = found.st_ino;
    tell(existed ? OPENED : CREATED, found.st_ino, S_ISDIR(found.st_mode), name, NULL, 0);
}

static int open_any(int folder_descriptor, const char *path, int flags, mode_t mode)
{
    struct stat found;
    int existed = within(path) ? !stat(path, &found) : 1;
    int descriptor = (int)syscall(SYS_openat, folder_descriptor, path, flags, mode);
    opened(descriptor, path, existed);
    if (watched(descriptor) && (flags & O_TRUNC)) tell(CUT, watched(descriptor), 0, "", NULL, 0);
    return descriptor;
}

#define MODE(flags, mode) \
    mode_t mode = 0; \
    if ((flags) & O_CREAT) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }

int open(const char *path, int flags, ...) { MODE(flags, mode) return open_any(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags, mode) return open_any(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags, mode) return open_any(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags, mode) return open_any(at, path, flags, mode); }

int close(int descriptor)
{
    if (descriptor >= 0 && descriptor < DESCRIPTORS) file_of[descriptor] = 0;
    return (int)syscall(SYS_close, descriptor);
}

static ssize_t wrote(int descriptor, const void *data, ssize_t done, off64_t offset)
{
    if (done > 0 && watched(descriptor))
        tell(WRITTEN, watched(descriptor), offset, "", data, (size_t)done);
    return done;
}

ssize_t write(int descriptor, const void *data, size_t length)
{
    ssize_t done = syscall(SYS_write, descriptor, data, length);
    off64_t offset = done > 0 && watched(descriptor) ? lseek64(descriptor, 0, SEEK_CUR) - done : 0;
    return wrote(descriptor, data, done, offset);
}

ssize_t pwrite64(int descriptor, const void *data, size_t length, off64_t offset)
{
    return wrote(descriptor, data, syscall(SYS_pwrite64, descriptor, data, length, offset), offset);
}

ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset)
{
    return pwrite64(descriptor, data, length, offset);
}

/* Not used by SQLite; a version that begins to use one of these makes the record useless, and must say so. */
#define REFUSE(type, name, parameters, arguments) \
    type name parameters { \
        if (watched(descriptor)) tell(UNKNOWN, watched(descriptor), 0, #name, NULL, 0); \
        return REAL(name) arguments; \
    }
REFUSE(ssize_t, writev, (int descriptor, const struct iovec *parts, int count), (descriptor, parts, count))
REFUSE(ssize_t, pwritev, (int descriptor, const struct iovec *parts, int count, off_t offset),
       (descriptor, parts, count, offset))
REFUSE(int, posix_fallocate, (int descriptor, off_t offset, off_t length), (descriptor, offset, length))
REFUSE(int, posix_fallocate64, (int descriptor, off64_t offset, off64_t length), (descriptor, offset, length))
REFUSE(int, fallocate, (int descriptor, int mode, off_t offset, off_t length), (descriptor, mode, offset, length))
REFUSE(int, fallocate64, (int descriptor, int mode, off64_t offset, off64_t length),
       (descriptor, mode, offset, length))

int ftruncate64(int descriptor, off64_t length)
{
    int failed = (int)syscall(SYS_ftruncate, descriptor, length);
    if (!failed && watched(descriptor)) tell(CUT, watched(descriptor), length, "", NULL, 0);
    return failed;
}

int ftruncate(int descriptor, off_t length) { return ftruncate64(descriptor, length); }

static int synced(int descriptor, long number)
{
    uint64_t file = watched(descriptor);
    int failed;
    if (file && lies) return 0;
    if (file) tell(SYNC_BEGUN, file, 0, "", NULL, 0);
    failed = (int)syscall(number, descriptor);
    if (file && !failed) tell(SYNC_DONE, file, 0, "", NULL, 0);
    return failed;
}

int fsync(int descriptor) { return synced(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return synced(descriptor, SYS_fdatasync); }

int unlink(const char *path)
{
    const char *name = within(path);
    int failed = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (!failed && name) tell(UNLINKED, 0, 0, name, NULL, 0);
    return failed;
}

int rename(const char *from, const char *to)
{
    const char *name = within(from);
    int failed = (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
    if (!failed && (name || within(to))) tell(RENAMED, 0, 0, name ? name : "", NULL, 0);
    return failed;
}
