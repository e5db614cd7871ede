// drift-probe CONTENT [SOCKET] <PATHS: how long repairs take, seen from outside, the same way for everyone.
//
// Writes other bytes into each file in turn and waits on inotify until it holds CONTENT again. With SOCKET it then
// waits for the event of the daemon's watch that shows the repair; without, for a line on descriptor 3, as repair-one
// writes them. Each file drifts once, so that nobody is taken for a fight. Prints percentiles of both, in seconds.
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

/// Sends a GET; the connection, from which the answer can be read.
static int ask(const char *socket_path, const char *url) {
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, socket_path, sizeof address.sun_path - 1);
    check(connect(connection, (const void *)&address, sizeof address) == 0, "connect to", socket_path);
    char request[1024];
    const char *form = "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    int length = snprintf(request, sizeof request, form, url);
    check(write(connection, request, (size_t)length) == length, "ask", url);
    return connection;
}

/// A watch of all resources from now on.
static int watch_resources(const char *socket_path) {
    const char *base = "/apis/aetheredge.io/v1/resources";
    char url[256], answer[65536];
    snprintf(url, sizeof url, "%s?limit=1", base);
    int connection = ask(socket_path, url);
    size_t got = 0;
    for (ssize_t count; (count = read(connection, answer + got, sizeof answer - 1 - got)) > 0;) got += (size_t)count;
    answer[got] = 0;
    close(connection);
    // The list's own version comes after those of its items.
    const char *at = NULL;
    for (const char *next = answer; (next = strstr(next, "\"resourceVersion\":\"")) != NULL; next++) at = next;
    check(at != NULL, "find the version of", base);
    snprintf(url, sizeof url, "%s?watch=true&resourceVersion=%ld", base, atol(at + 19));
    return ask(socket_path, url);
}

/// Reads the watch up to an event that names the path and says that it was repaired.
static void await_event(int connection, const char *path) {
    static char text[1 << 20];
    static size_t got;
    const char *name = basename(strdup(path));
    for (;;) {
        ssize_t count = read(connection, text + got, sizeof text - 1 - got);
        check(count > 0, "read the watch for", path);
        got += (size_t)count;
        text[got] = 0;
        char *start = text;
        for (char *end; (end = strchr(start, '\n')) != NULL; start = end + 1) {
            *end = 0;
            if (strstr(start, name) == NULL || strstr(start, "\"repairedTime\"") == NULL) continue;
            got -= (size_t)(end + 1 - text);
            memmove(text, end + 1, got);
            return;
        }
        got -= (size_t)(start - text);
        memmove(text, start, got);
    }
}

/// Waits for the other program's next line.
static void await_line(FILE *lines) {
    char line[64];
    check(fgets(line, sizeof line, lines) != NULL, "read a line of", "descriptor 3");
}

/// Waits until a file holds the content again; the time since the start.
static double await_repair(int watch, const char *path, const char *content, double start) {
    for (;;) {
        struct pollfd ready = {.fd = watch, .events = POLLIN};
        int status = poll(&ready, 1, 100);
        double now = now_seconds();
        char events[65536];
        while (status > 0 && read(watch, events, sizeof events) > 0) {}
        if (has_content(path, content, strlen(content))) return now - start;
        if (now - start > 60) errno = ETIMEDOUT;
        check(now - start <= 60, "see a repair of", path);
    }
}

int main(int argc, char **argv) {
    if (argc != 2 && argc != 3) return 64;
    const char *content = argv[1];
    int count;
    char **paths = read_lines(&count);
    double *repaired = calloc((size_t)count, sizeof *repaired), *recorded = calloc((size_t)count, sizeof *recorded);
    FILE *lines = argc == 2 ? fdopen(3, "r") : NULL;
    int connection = argc == 3 ? watch_resources(argv[2]) : -1;
    if (lines != NULL) await_line(lines);

    for (int i = 0; i < count; i++) {
        char noise[64];
        int size = snprintf(noise, sizeof noise, "drift %d\n", i);
        int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        char *directory = dirname(strdup(paths[i]));
        check(watch >= 0 && inotify_add_watch(watch, directory, IN_MOVED_TO) >= 0, "watch", directory);
        int file = open(paths[i], O_WRONLY | O_TRUNC | O_CLOEXEC);
        check(file >= 0, "open", paths[i]);
        check(write(file, noise, (size_t)size) == size, "write", paths[i]);
        double start = now_seconds();
        close(file);
        repaired[i] = await_repair(watch, paths[i], content, start);
        if (lines != NULL) await_line(lines);
        else await_event(connection, paths[i]);
        recorded[i] = now_seconds() - start;
        close(watch);
    }
    printf("{");
    print_percentiles("repaired", repaired, count);
    printf(", ");
    print_percentiles("recorded", recorded, count);
    printf("}\n");
    return 0;
}
