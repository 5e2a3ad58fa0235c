/*
 * Makes one system call of a program fail, fall short, or be its last. Loaded with LD_PRELOAD.
 *
 *     INJECT_CALLS    names with commas between them of the calls that count; all when missing
 *     INJECT_AT       which of those it happens to, from 1 on; 0 for every one; without it, to none
 *     INJECT_ACTION   kill        the process ends by SIGKILL right after the call
 *                     error:N     the call is not made and fails with errno N
 *                     interrupt   the call fails with EINTR, each second time
 *                     short:N     the call reads or writes N bytes at most
 *     INJECT_REFUSE   calls that this file system does not know, with commas between them: tmpfile (openat with
 *                     O_TMPFILE), link (linkat), noreplace (renameat2)
 *     INJECT_LOG      a file that each call that counts is added to: its name, a tab, the file that it is about
 *
 * Calls that the C library makes for itself, such as those of malloc and of fopen, are not seen.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_long count;
static _Thread_local int is_last;
static _Thread_local size_t most;

static int names(const char *variable, const char *name) {
  const char *list = getenv(variable);
  size_t length = strlen(name);
  for (; list != NULL; list = strchr(list, ',') == NULL ? NULL : strchr(list, ',') + 1) {
    if (strncmp(list, name, length) == 0 && (list[length] == 0 || list[length] == ',')) return 1;
  }
  return 0;
}

static void record(const char *name, int descriptor, const char *path) {
  const char *log = getenv("INJECT_LOG");
  char link[64], file[4096], line[4200];
  ssize_t length;
  long target;
  if (log == NULL) return;
  if (path != NULL) {
    snprintf(file, sizeof file, "%s", path);
  } else {
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    length = readlink(link, file, sizeof file - 1);
    file[length < 0 ? 0 : length] = 0;
  }
  target = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  length = snprintf(line, sizeof line, "%s\t%s\n", name, file);
  if (target < 0 || syscall(SYS_write, target, line, length) != length) abort();
  syscall(SYS_close, target);
}

/* Counts a call; what it returns is the error that the call is to fail with, 0 for none. */
static int begin(const char *name, int descriptor, const char *path) {
  const char *at = getenv("INJECT_AT"), *action = getenv("INJECT_ACTION");
  long number;
  is_last = 0;
  most = SIZE_MAX;
  if (getenv("INJECT_CALLS") != NULL && !names("INJECT_CALLS", name)) return 0;
  record(name, descriptor, path);
  number = ++count;
  if (at == NULL || action == NULL || (atol(at) != 0 && atol(at) != number)) return 0;
  if (strncmp(action, "error:", 6) == 0) return atoi(action + 6);
  if (strcmp(action, "interrupt") == 0) return number % 2 == 1 ? EINTR : 0;
  if (strncmp(action, "short:", 6) == 0) most = (size_t)atol(action + 6);
  is_last = strcmp(action, "kill") == 0;
  return 0;
}

static long end(long result) {
  if (is_last) syscall(SYS_kill, getpid(), SIGKILL);
  return result;
}

static long fail(int error) {
  errno = error;
  return -1;
}

static size_t at_most(size_t size) { return size < most ? size : most; }

#define CALL(name, descriptor, path, system_call) \
  int error = begin(name, descriptor, path); \
  return error != 0 ? fail(error) : end(system_call)

static long open_at(const char *name, int folder, const char *path, int flags, mode_t mode) {
  if ((flags & O_TMPFILE) == O_TMPFILE && names("INJECT_REFUSE", "tmpfile")) return fail(EOPNOTSUPP);
  CALL(name, folder, path, syscall(SYS_openat, folder, path, flags, mode));
}

#define MODE(last) \
  va_list arguments; \
  va_start(arguments, last); \
  mode_t mode = va_arg(arguments, mode_t); \
  va_end(arguments)

int open(const char *path, int flags, ...) {
  MODE(flags);
  return (int)open_at("open", AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  MODE(flags);
  return (int)open_at("open", AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
  MODE(flags);
  return (int)open_at("openat", folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...) {
  MODE(flags);
  return (int)open_at("openat", folder, path, flags, mode);
}

ssize_t read(int file, void *bytes, size_t size) {
  CALL("read", file, NULL, syscall(SYS_read, file, bytes, at_most(size)));
}

ssize_t pread(int file, void *bytes, size_t size, off_t offset) {
  CALL("pread", file, NULL, syscall(SYS_pread64, file, bytes, at_most(size), offset));
}

ssize_t write(int file, const void *bytes, size_t size) {
  CALL("write", file, NULL, syscall(SYS_write, file, bytes, at_most(size)));
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset) {
  CALL("pwrite", file, NULL, syscall(SYS_pwrite64, file, bytes, at_most(size), offset));
}

ssize_t pread64(int file, void *bytes, size_t size, off_t offset) { return pread(file, bytes, size, offset); }

ssize_t pwrite64(int file, const void *bytes, size_t size, off_t offset) { return pwrite(file, bytes, size, offset); }

int fsync(int file) { CALL("fsync", file, NULL, syscall(SYS_fsync, file)); }

int ftruncate(int file, off_t size) { CALL("ftruncate", file, NULL, syscall(SYS_ftruncate, file, size)); }

off_t lseek(int file, off_t offset, int whence) { CALL("lseek", file, NULL, syscall(SYS_lseek, file, offset, whence)); }

int close(int file) { CALL("close", file, NULL, syscall(SYS_close, file)); }

int linkat(int from, const char *old, int to, const char *new, int flags) {
  if (names("INJECT_REFUSE", "link")) return (int)fail(EPERM);
  CALL("linkat", to, new, syscall(SYS_linkat, from, old, to, new, flags));
}

int renameat(int from, const char *old, int to, const char *new) {
  CALL("renameat", to, new, syscall(SYS_renameat2, from, old, to, new, 0));
}

int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
  if (names("INJECT_REFUSE", "noreplace")) return (int)fail(EINVAL);
  CALL("renameat2", to, new, syscall(SYS_renameat2, from, old, to, new, flags));
}

int unlinkat(int folder, const char *path, int flags) {
  CALL("unlinkat", folder, path, syscall(SYS_unlinkat, folder, path, flags));
}

int mkdir(const char *path, mode_t mode) { CALL("mkdir", AT_FDCWD, path, syscall(SYS_mkdirat, AT_FDCWD, path, mode)); }

void *mmap(void *address, size_t size, int protection, int flags, int file, off_t offset) {
  int error = begin("mmap", file, NULL);
  return (void *)(error != 0 ? fail(error) : end(syscall(SYS_mmap, address, size, protection, flags, file, offset)));
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument) {
  int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
  int error = begin("pthread_create", -1, NULL);
  if (error != 0) return error;
  *(void **)&create = dlsym(RTLD_NEXT, "pthread_create");
  return (int)end(create(thread, attributes, start, argument));
}
