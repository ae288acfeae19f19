// Counts heap allocations of the whole process by standing before the C library's allocator.

#include "allocation_counter.h"

#include <stdatomic.h>
#include <stddef.h>

static atomic_bool counting;
static atomic_int_fast64_t count;
static atomic_int_fast64_t largest;

int64_t allocation_count(void) { return atomic_load(&count); }
int64_t allocation_largest(void) { return atomic_load(&largest); }
void allocation_counting(bool is_on) {
  if (is_on) atomic_store(&largest, 0);
  atomic_store(&counting, is_on);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif

#if defined(HAS_SANITIZER) || !defined(__GLIBC__)

bool allocation_counter_works(void) { return false; }

#else

bool allocation_counter_works(void) { return true; }

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t number, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static void note(size_t size) {
  if (atomic_load_explicit(&counting, memory_order_relaxed)) {
    atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
    int_fast64_t known = atomic_load_explicit(&largest, memory_order_relaxed);
    while ((int_fast64_t)size > known &&
           !atomic_compare_exchange_weak(&largest, &known, (int_fast64_t)size)) {
    }
  }
}

void *malloc(size_t size) {
  note(size);
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  note(number * size);
  return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
  note(size);
  return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  note(size);
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  note(size);
  *result = __libc_memalign(alignment, size);
  return *result ? 0 : 12;
}

#endif
