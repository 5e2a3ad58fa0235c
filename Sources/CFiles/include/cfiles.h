#ifndef LIGHTHUBERT_CFILES_H
#define LIGHTHUBERT_CFILES_H

/// Renames a file in the folder of a descriptor unless there is one with the new name. -1 with EEXIST then, with EINVAL
/// or ENOSYS where the system does not know how.
int cfiles_rename_new(int folder, const char *from, const char *to);

#endif
