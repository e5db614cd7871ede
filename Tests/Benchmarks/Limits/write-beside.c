// write-beside SIZE PAUSE <PATHS: not a limit, but somebody else who is busy beside what is measured.
//
// Writes every file in turn, PAUSE microseconds apart, and again from the first, until it is terminated. Prints how
// many writes it made.
#define _GNU_SOURCE
#include "bench.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t is_over;

static void end(int signal) {
    (void)signal;
    is_over = 1;
}

int main(int argc, char **argv) {
    if (argc != 3) return 64;
    size_t size = (size_t)atol(argv[1]);
    int count;
    char **paths = read_lines(&count);
    char *content = malloc(size + 1);
    memset(content, 'y', size);
    signal(SIGTERM, end);
    struct timespec pause = {.tv_nsec = atol(argv[2]) * 1000};
    long writes = 0;
    for (; count > 0 && !is_over; writes++) {
        const char *path = paths[writes % count];
        int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        check(file >= 0, "create", path);
        check(write(file, content, size) == (ssize_t)size, "write", path);
        close(file);
        ppoll(NULL, 0, &pause, NULL);
    }
    printf("%ld\n", writes);
    return 0;
}
