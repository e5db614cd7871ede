#include "include/cloader.h"

#include <dlfcn.h>
#include <string.h>

// dlerror() speaks of the last call, and its words do not live on.
static const char *last_error(void) {
    const char *reason = dlerror();
    const char *kept = reason ? strdup(reason) : NULL;
    return kept ? kept : "the library cannot be loaded";
}

const char *cloader_load(const char *library, const struct cloader_function *functions, size_t count) {
    void *handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
    if (!handle) return last_error();
    for (size_t i = 0; i < count; i++) {
        void *address = dlsym(handle, functions[i].name);
        if (!address) return last_error();
        // A pointer to a function has the size of one to data, but may not be written as one.
        memcpy(functions[i].pointer, &address, sizeof address);
    }
    return NULL;
}
