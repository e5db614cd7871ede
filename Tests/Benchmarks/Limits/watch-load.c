// watch-load SOCKET PATH WATCHERS CHANGES: watches one kind over so many connections. For each line on standard input
// it waits until every watcher has one event more, and prints how long after the line each event came.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench.h"

struct watcher {
    int connection;
    int events;
    char last;
};

static int poll_for_answers;
static struct watcher *watchers;

/// Reads what came and counts the ends of lines that are objects; whether there was one.
static int count_events(struct watcher *watcher) {
    char text[65536];
    ssize_t count = read(watcher->connection, text, sizeof text);
    check(count > 0, "read from", "a watch");
    int before = watcher->events;
    for (ssize_t i = 0; i < count; i++) {
        if (text[i] == '\n' && watcher->last == '}') watcher->events++;
        watcher->last = text[i];
    }
    return watcher->events > before;
}

/// Waits until each watcher has one event more; the seconds that each took go to `samples`.
static void await_all(int count, double begin, double *samples) {
    for (int left = count; left > 0;) {
        struct epoll_event events[256];
        int ready = epoll_wait(poll_for_answers, events, 256, 20000);
        check(ready > 0, "get an event within 20 s from", "a watch");
        for (int i = 0; i < ready; i++) {
            struct watcher *watcher = events[i].data.ptr;
            if (count_events(watcher)) samples[--left] = now_seconds() - begin;
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 5) return fprintf(stderr, "usage: watch-load SOCKET PATH WATCHERS CHANGES\n"), 64;
    int count = atoi(argv[3]), changes = atoi(argv[4]);
    char request[1024];
    const char *form = "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n";
    size_t length = (size_t)snprintf(request, sizeof request, form, argv[2]);
    watchers = calloc((size_t)count, sizeof *watchers);
    double *samples = calloc((size_t)(count * changes), sizeof *samples);
    poll_for_answers = epoll_create1(EPOLL_CLOEXEC);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    for (int i = 0; i < count; i++) {
        int connection = watchers[i].connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        check(connect(connection, (void *)&address, sizeof address) == 0, "connect to", argv[1]);
        check(write(connection, request, length) == (ssize_t)length, "ask", argv[2]);
        char head[4096];
        ssize_t got = read(connection, head, sizeof head - 1);
        check(got > 12 && strncmp(head, "HTTP/1.1 200", 12) == 0, "begin a watch of", argv[2]);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &watchers[i]};
        check(epoll_ctl(poll_for_answers, EPOLL_CTL_ADD, connection, &event) == 0, "wait for", argv[2]);
    }
    printf("watching\n");
    fflush(stdout);
    char line[64];
    for (int change = 0; change < changes; change++) {
        check(fgets(line, sizeof line, stdin) != NULL, "read", "standard input");
        await_all(count, now_seconds(), samples + change * count);
        printf("seen\n");
        fflush(stdout);
    }
    printf("{");
    print_percentiles("latency", samples, count * changes);
    printf("}\n");
    return 0;
}
