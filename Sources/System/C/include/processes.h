#ifndef LIGHTHUBERT_PROCESSES_H
#define LIGHTHUBERT_PROCESSES_H

/// How often this process and those that it comes from have forked since the first call. When it differs from what it
/// was, this is another process, which has the memory of the first and none of its threads but one.
int process_depth(void);

#endif
