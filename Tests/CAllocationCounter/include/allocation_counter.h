#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// Whether this build can count: not under a sanitizer, which brings an allocator of its own.
bool allocation_counter_works(void);

/// Allocations by the calling process so far while counting was on, on all threads.
int64_t allocation_count(void);

/// Bytes of the largest of them since counting was last turned on.
int64_t allocation_largest(void);

/// Turns counting on or off.
void allocation_counting(bool is_on);

#endif
