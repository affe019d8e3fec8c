/* Preloaded into the gateway, it writes all changes of one folder's files, and their syncs, into a
 * journal.
 *
 * POWER_CUT_FOLDER is the folder, POWER_CUT_JOURNAL the journal. Each call of libc that changes a
 * file is done first and then recorded, so a record that is missing belongs to a call that has not
 * returned. All processes append to the same journal: O_APPEND makes one writev one record, and
 * gives all of them one order. A sync records how long the journal was when the sync began, because
 * it covers only what was written before.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

/* The names with and without 64 are the same functions where off_t has 64 bits. */
#define ALSO(type, name, original, ...) \
    type name(__VA_ARGS__) __attribute__((alias(#original)))

struct record {
    uint64_t kind, inode, offset, path_length, data_length;
};

static char folder[PATH_MAX];
static size_t folder_length;
static int journal = -1;

__attribute__((constructor)) static void open_journal(void) {
    const char *watched = getenv("POWER_CUT_FOLDER"), *path = getenv("POWER_CUT_JOURNAL");
    if (!watched || !path) return;
    int fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    journal = fcntl(fd, F_DUPFD_CLOEXEC, 200);
    syscall(SYS_close, fd);
    if (journal < 0) abort();
    folder_length = snprintf(folder, sizeof folder, "%s/", watched);
}

/* Whether a path is in the folder. SQLite's -shm is shared memory, which no power cut keeps. */
static int is_watched(const char *path) {
    if (journal < 0 || strncmp(path, folder, folder_length)) return 0;
    size_t length = strlen(path);
    return length < 4 || strcmp(path + length - 4, "-shm");
}

static int find_path(int fd, char *path, struct stat *status) {
    if (journal < 0 || syscall(SYS_fstat, fd, status)) return 0;
    if (!S_ISREG(status->st_mode) && !S_ISDIR(status->st_mode)) return 0;
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 2);
    if (length <= 0) return 0;
    path[length] = 0;
    if (S_ISDIR(status->st_mode)) strcpy(path + length, "/"); /* the folder itself counts too */
    return is_watched(path);
}

static void append(char kind, uint64_t inode, uint64_t offset, const char *path, size_t path_length,
                   const void *data, size_t length) {
    int before = errno;
    struct record record = {(uint64_t)kind, inode, offset, path_length, length};
    struct iovec parts[] = {
        {&record, sizeof record}, {(void *)path, path_length}, {(void *)data, length}};
    size_t whole = sizeof record + path_length + length;
    if (syscall(SYS_writev, journal, parts, 3) != (ssize_t)whole) abort();
    errno = before;
}

static void append_path(char kind, const char *path) {
    if (is_watched(path)) append(kind, 0, 0, path, strlen(path), NULL, 0);
}

/* Writes. */

static void append_write(int fd, off_t offset, const void *data, ssize_t length) {
    char path[PATH_MAX];
    struct stat status;
    if (length > 0 && find_path(fd, path, &status))
        append('W', status.st_ino, offset, NULL, 0, data, length);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
    ssize_t written = real(fd, data, length, offset);
    append_write(fd, offset, data, written);
    return written;
}
ALSO(ssize_t, pwrite64, pwrite, int, const void *, size_t, off_t);

ssize_t write(int fd, const void *data, size_t length) {
    REAL(ssize_t, write, int, const void *, size_t);
    ssize_t written = real(fd, data, length);
    if (written > 0) append_write(fd, lseek(fd, 0, SEEK_CUR) - written, data, written);
    return written;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(ssize_t, writev, int, const struct iovec *, int);
    ssize_t written = real(fd, parts, count);
    off_t offset = written > 0 ? lseek(fd, 0, SEEK_CUR) - written : 0;
    ssize_t left = written;
    for (int n = 0; n < count && left > 0; n++) {
        ssize_t length = left < (ssize_t)parts[n].iov_len ? left : (ssize_t)parts[n].iov_len;
        append_write(fd, offset, parts[n].iov_base, length);
        offset += length;
        left -= length;
    }
    return written;
}

int ftruncate(int fd, off_t length) {
    REAL(int, ftruncate, int, off_t);
    int failed = real(fd, length);
    char path[PATH_MAX];
    struct stat status;
    if (!failed && find_path(fd, path, &status))
        append('T', status.st_ino, length, NULL, 0, NULL, 0);
    return failed;
}
ALSO(int, ftruncate64, ftruncate, int, off_t);

/* Syncs. */

static uint64_t journal_length(void) { return journal < 0 ? 0 : lseek(journal, 0, SEEK_END); }

static void append_sync(int fd, uint64_t began) {
    char path[PATH_MAX];
    struct stat status;
    if (!find_path(fd, path, &status)) return;
    if (S_ISDIR(status.st_mode))
        append('D', 0, began, path, strlen(path) - 1, NULL, 0);
    else
        append('S', status.st_ino, began, NULL, 0, NULL, 0);
}

int fsync(int fd) {
    REAL(int, fsync, int);
    uint64_t began = journal_length();
    int failed = real(fd);
    if (!failed) append_sync(fd, began);
    return failed;
}

int fdatasync(int fd) {
    REAL(int, fdatasync, int);
    uint64_t began = journal_length();
    int failed = real(fd);
    if (!failed) append_sync(fd, began);
    return failed;
}

/* Names. */

static void append_open(int fd, int flags) {
    char path[PATH_MAX];
    struct stat status;
    if (fd < 0 || (flags & O_ACCMODE) == O_RDONLY || !find_path(fd, path, &status)) return;
    append('O', status.st_ino, 0, path, strlen(path), NULL, 0);
    if (flags & O_TRUNC) append('T', status.st_ino, 0, NULL, 0, NULL, 0);
}

static int opened(int at, const char *path, int flags, va_list rest) {
    REAL(int, openat, int, const char *, int, ...);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    int fd = real(at, path, flags, mode);
    append_open(fd, flags);
    return fd;
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int fd = opened(AT_FDCWD, path, flags, rest);
    va_end(rest);
    return fd;
}
ALSO(int, open64, open, const char *, int, ...);

int openat(int at, const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int fd = opened(at, path, flags, rest);
    va_end(rest);
    return fd;
}
ALSO(int, openat64, openat, int, const char *, int, ...);

int unlink(const char *path) {
    REAL(int, unlink, const char *);
    int failed = real(path);
    if (!failed) append_path('U', path);
    return failed;
}

int rmdir(const char *path) {
    REAL(int, rmdir, const char *);
    int failed = real(path);
    if (!failed) append_path('U', path);
    return failed;
}

int mkdir(const char *path, mode_t mode) {
    REAL(int, mkdir, const char *, mode_t);
    int failed = real(path, mode);
    if (!failed) append_path('M', path);
    return failed;
}

int rename(const char *from, const char *to) {
    REAL(int, rename, const char *, const char *);
    int failed = real(from, to);
    if (!failed && is_watched(from))
        append('R', 0, 0, from, strlen(from), to, strlen(to));
    return failed;
}
