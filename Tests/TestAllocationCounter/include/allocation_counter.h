#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>

/* Counts what the whole process allocates, on all threads: calls of malloc and its relatives, and of mmap. Linked into
 * a program, it takes the place of the C library's functions, and passes on to them. */

/* Whether this build counts. Sanitizers have their own malloc, which is left in place. */
bool allocation_counter_works(void);

/* Sets the number of allocations to 0 and begins to count. */
void allocation_counter_start(void);

/* Stops counting and gives the number of allocations since the start. */
long allocation_counter_stop(void);

#endif
