// Counts what a program allocates: preloaded, so that what is counted is what runs. `policybench` asks for the count.
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stddef.h>
#include <errno.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static atomic_long made;

long allocations_made(void) { return atomic_load_explicit(&made, memory_order_relaxed); }

static void count(void) { atomic_fetch_add_explicit(&made, 1, memory_order_relaxed); }

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count();
    return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
    count();
    return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **made_at, size_t alignment, size_t size) {
    count();
    *made_at = __libc_memalign(alignment, size);
    return *made_at == NULL ? ENOMEM : 0;
}
