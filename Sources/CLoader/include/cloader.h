// Shared libraries that are loaded when they are first needed.
#pragma once

#include <stddef.h>

// A function of a library, and the pointer to it, which is set once the library is loaded.
struct cloader_function {
    const char *name;
    void *pointer;
};

// Loads a library and sets the pointers to its functions; it stays loaded.
// Returns NULL, or why it cannot be used, in words that live as long as the program. Not for two threads at once.
const char *cloader_load(const char *library, const struct cloader_function *functions, size_t count);
