// write-files SIZE <PATHS: the least that a first convergence can cost with its durability, its syncs batched.
//
// Writes every temporary, syncs the file system, gives every file its name, syncs again. Prints the seconds.
#define _GNU_SOURCE
#include "bench.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv) {
    size_t size = argc > 1 ? (size_t)atol(argv[1]) : 64;
    int count;
    char **paths = read_lines(&count);
    char *content = malloc(size + 1);
    memset(content, 'x', size);
    char temporary[4200];
    int any = -1;

    double start = now_seconds();
    for (int i = 0; i < count; i++) {
        snprintf(temporary, sizeof temporary, "%s.new", paths[i]);
        int file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        check(file >= 0, "create", temporary);
        check(write(file, content, size) == (ssize_t)size, "write", temporary);
        check(fchmod(file, 0644) == 0, "chmod", temporary);
        if (any < 0) any = file;
        else close(file);
    }
    check(any < 0 || syncfs(any) == 0, "sync", paths[0]);
    double prepared = now_seconds();
    for (int i = 0; i < count; i++) {
        snprintf(temporary, sizeof temporary, "%s.new", paths[i]);
        check(renameat2(AT_FDCWD, temporary, AT_FDCWD, paths[i], RENAME_NOREPLACE) == 0, "rename", temporary);
    }
    check(any < 0 || syncfs(any) == 0, "sync", paths[0]);
    double end = now_seconds();
    printf("{\"files\": %d, \"seconds\": %.6f, \"prepared\": %.6f}\n", count, end - start, prepared - start);
    return 0;
}
