// What ThreadSanitizer must know of Swift's `Mutex`, preloaded by `make tsan`.
//
// The uncontended halves of lock and unlock are compiled into their callers, where ThreadSanitizer sees them. The
// contended halves are in libswiftSynchronization, which is not instrumented: without these two wrappers every lock
// that waited, and every unlock that woke somebody, would look like none, and what it guards like a race.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

// Null in a program that is not instrumented.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(SELF void *mutex) __asm__(UNLOCK_SLOW);

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) {
    typedef SWIFT void (*lock)(uint32_t thread, SELF void *mutex);
    ((lock)dlsym(RTLD_NEXT, LOCK_SLOW))(thread, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT void unlock_slow(SELF void *mutex) {
    typedef SWIFT void (*unlock)(SELF void *mutex);
    if (__tsan_release) __tsan_release(mutex);
    ((unlock)dlsym(RTLD_NEXT, UNLOCK_SLOW))(mutex);
}
