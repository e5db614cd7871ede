// repair-one DIRECTORY CONTENT: the least that a repair can cost.
//
// Watches DIRECTORY with inotify; when somebody wrote a file whose name begins with 'f', writes CONTENT to a temporary,
// fsyncs it, renames it over the file and fsyncs the directory. Says `ready`, then a line for each repair that is
// durable; runs until killed.
#define _GNU_SOURCE
#include "bench.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc != 3) return 64;
    const char *directory = argv[1], *content = argv[2];
    size_t length = strlen(content);
    char path[4200], temporary[4200];
    snprintf(temporary, sizeof temporary, "%s/.new", directory);

    int watch = inotify_init1(IN_CLOEXEC);
    check(watch >= 0 && inotify_add_watch(watch, directory, IN_CLOSE_WRITE) >= 0, "watch", directory);
    int parent = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    check(parent >= 0, "open", directory);
    printf("ready\n");
    fflush(stdout);

    for (;;) {
        char buffer[4096] __attribute__((aligned(8)));
        ssize_t count = read(watch, buffer, sizeof buffer);
        check(count > 0, "read events of", directory);
        for (char *at = buffer; at < buffer + count;) {
            const struct inotify_event *event = (const void *)at;
            at += sizeof *event + event->len;
            if (event->len == 0 || event->name[0] != 'f') continue;
            snprintf(path, sizeof path, "%s/%s", directory, event->name);
            int file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
            check(file >= 0, "create", temporary);
            check(write(file, content, length) == (ssize_t)length && fsync(file) == 0, "write", temporary);
            close(file);
            check(rename(temporary, path) == 0 && fsync(parent) == 0, "rename", temporary);
            printf("repaired\n");
            fflush(stdout);
        }
    }
}
