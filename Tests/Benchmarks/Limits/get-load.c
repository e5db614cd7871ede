// get-load SOCKET PATH CONNECTIONS REQUESTS: asks for one path over kept connections, one request at a time on each,
// and prints how many answers came a second and how long each took. Every answer must be 200 and whole.
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench.h"

struct client {
    int connection;
    double asked;
    size_t got;
    char answer[65536];
};

static void ask(struct client *client, const char *request, size_t length) {
    client->got = 0;
    client->asked = now_seconds();
    check(write(client->connection, request, length) == (ssize_t)length, "ask over", "the socket");
}

/// Reads what came; whether the answer is whole.
static int is_answered(struct client *client) {
    size_t room = sizeof client->answer - 1 - client->got;
    ssize_t count = read(client->connection, client->answer + client->got, room);
    check(count > 0, "read from", "the socket");
    client->got += (size_t)count;
    client->answer[client->got] = 0;
    char *body = strstr(client->answer, "\r\n\r\n");
    if (body == NULL) return 0;
    check(strncmp(client->answer, "HTTP/1.1 200", 12) == 0, "get an answer of 200, but", client->answer);
    char *length = strcasestr(client->answer, "\r\nContent-Length:");
    check(length != NULL && length < body, "find the length in", client->answer);
    return client->got >= (size_t)(body + 4 - client->answer) + strtoul(length + 17, NULL, 10);
}

int main(int argc, char **argv) {
    if (argc != 5) return fprintf(stderr, "usage: get-load SOCKET PATH CONNECTIONS REQUESTS\n"), 64;
    int connections = atoi(argv[3]), requests = atoi(argv[4]), sent = 0, done = 0;
    char request[1024];
    size_t length = (size_t)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", argv[2]);
    struct client *clients = calloc((size_t)connections, sizeof *clients);
    double *took = calloc((size_t)requests, sizeof *took);
    int poll = epoll_create1(EPOLL_CLOEXEC);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    for (int i = 0; i < connections; i++) {
        clients[i].connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        check(connect(clients[i].connection, (void *)&address, sizeof address) == 0, "connect to", argv[1]);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &clients[i]};
        check(epoll_ctl(poll, EPOLL_CTL_ADD, clients[i].connection, &event) == 0, "wait for", argv[1]);
    }
    double begin = now_seconds();
    for (int i = 0; i < connections && sent < requests; i++, sent++) ask(&clients[i], request, length);
    while (done < requests) {
        struct epoll_event events[64];
        int count = epoll_wait(poll, events, 64, 10000);
        check(count > 0, "get an answer within 10 s from", argv[1]);
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            if (!is_answered(client)) continue;
            took[done++] = now_seconds() - client->asked;
            if (sent < requests) ask(client, request, length), sent++;
        }
    }
    double seconds = now_seconds() - begin;
    printf("{\"rate\": %.1f, ", requests / seconds);
    print_percentiles("latency", took, requests);
    printf("}\n");
    return 0;
}
