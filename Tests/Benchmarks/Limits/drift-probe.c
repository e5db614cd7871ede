// drift-probe FILE CONTENT COUNT [SOCKET URL]: how long a repair takes, seen from outside, the same way for everyone.
//
// Writes other bytes into FILE and waits on inotify until FILE holds CONTENT again, COUNT times. With SOCKET and URL it
// then asks the daemon until the resource's record is a new one that is in sync; without, it waits for a line on
// standard input, as repair-one writes them. Prints percentiles of both, in seconds.
#define _GNU_SOURCE
#include "bench.h"

#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int has_content(const char *path, const char *content, size_t length) {
    char buffer[65536];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t count = read(file, buffer, sizeof buffer);
    close(file);
    return count == (ssize_t)length && memcmp(buffer, content, length) == 0;
}

/// One GET; the whole answer as a string that the next call overwrites.
static const char *get(const char *socket_path, const char *url) {
    static char answer[1 << 20];
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, socket_path, sizeof address.sun_path - 1);
    check(connect(connection, (const void *)&address, sizeof address) == 0, "connect to", socket_path);
    char request[1024];
    const char *form = "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    int length = snprintf(request, sizeof request, form, url);
    check(write(connection, request, (size_t)length) == length, "ask", url);
    size_t got = 0;
    for (ssize_t count; (count = read(connection, answer + got, sizeof answer - 1 - got)) > 0;) got += (size_t)count;
    answer[got] = 0;
    close(connection);
    return answer;
}

/// The value of `"repairedTime"`, or an empty string.
static void repaired_time(const char *answer, char *into, size_t size) {
    into[0] = 0;
    const char *at = strstr(answer, "\"repairedTime\"");
    at = at == NULL ? NULL : strchr(at + 14, '"');
    if (at == NULL) return;
    const char *end = strchr(at + 1, '"');
    if (end != NULL && (size_t)(end - at) < size) snprintf(into, size, "%.*s", (int)(end - at - 1), at + 1);
}

/// Waits for the other program's next line.
static void await_line(void) {
    char line[64];
    check(fgets(line, sizeof line, stdin) != NULL, "read a line of", "standard input");
}

int main(int argc, char **argv) {
    if (argc != 4 && argc != 6) return 64;
    const char *path = argv[1], *content = argv[2];
    int count = atoi(argv[3]);
    const char *socket_path = argc == 6 ? argv[4] : NULL, *url = argc == 6 ? argv[5] : NULL;
    size_t length = strlen(content);
    double *repaired = calloc((size_t)count, sizeof *repaired), *recorded = calloc((size_t)count, sizeof *recorded);
    char before[128] = "", after[128];
    int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    char *directory = dirname(strdup(path));
    int mask = IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE;
    check(watch >= 0 && inotify_add_watch(watch, directory, (unsigned)mask) >= 0, "watch", directory);
    if (url == NULL) await_line();
    else repaired_time(get(socket_path, url), before, sizeof before);

    for (int i = 0; i < count; i++) {
        char noise[64];
        int size = snprintf(noise, sizeof noise, "drift %d\n", i);
        int file = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
        check(file >= 0, "open", path);
        check(write(file, noise, (size_t)size) == size, "write", path);
        double start = now_seconds();
        close(file);
        for (;;) {
            struct pollfd ready = {.fd = watch, .events = POLLIN};
            int status = poll(&ready, 1, 100);
            double now = now_seconds();
            char events[65536];
            while (status > 0 && read(watch, events, sizeof events) > 0) {}
            if (has_content(path, content, length)) {
                repaired[i] = now - start;
                break;
            }
            if (now - start > 60) errno = ETIMEDOUT;
            check(now - start <= 60, "see a repair of", path);
        }
        if (url == NULL) {
            await_line();
            recorded[i] = now_seconds() - start;
        }
        while (url != NULL) {
            const char *answer = get(socket_path, url);
            repaired_time(answer, after, sizeof after);
            recorded[i] = now_seconds() - start;
            if (strcmp(before, after) != 0 && strstr(answer, "InSync") != NULL) {
                strcpy(before, after);
                break;
            }
            if (recorded[i] > 60) errno = ETIMEDOUT;
            check(recorded[i] <= 60, "see a record of", url);
        }
    }
    printf("{");
    print_percentiles("repaired", repaired, count);
    printf(", ");
    print_percentiles("recorded", recorded, count);
    printf("}\n");
    return 0;
}
