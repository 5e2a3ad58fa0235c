#ifndef LIGHTHUBERT_CFILES_H
#define LIGHTHUBERT_CFILES_H

/// Renames a file in the folder of a descriptor unless there is one with the new name. -1 with EEXIST then, with EINVAL
/// or ENOSYS where the system does not know how.
int cfiles_rename_new(int folder, const char *from, const char *to);

/// Gives two files or folders each other's names in one step. -1 with errno EINVAL or ENOSYS where the file system
/// cannot.
int cfiles_rename_exchange(const char *first, const char *second);

/// Makes a pipe, to read from and to write to, whose ends no program that is started meanwhile inherits. -1 with errno
/// when there are too many open files.
int cfiles_pipe(int ends[2]);

/// A file without a name that lies in memory, which no program that is started meanwhile inherits. -1 with errno when
/// there is none.
int cfiles_memory_file(void);

/// Has all descriptors from `lowest` on closed in a program that is to be started with `actions`, which are
/// `posix_spawn_file_actions_t`: were that type named here, Swift would take it for one of this module's. Does nothing
/// where the C library has no such action.
int cfiles_close_from(void *actions, int lowest);

#endif
