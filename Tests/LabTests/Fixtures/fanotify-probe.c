// Watches the directory of its argument with fanotify and prints, for the first file written in it, who wrote it, as
// `PID COMM`. Says `ready` once the mark is set.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int group = fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME | FAN_CLOEXEC, O_RDONLY | O_CLOEXEC);
    int flags = FAN_MARK_ADD | FAN_MARK_ONLYDIR;
    unsigned mask = FAN_CLOSE_WRITE | FAN_EVENT_ON_CHILD;
    if (argc != 2 || group < 0 || fanotify_mark(group, flags, mask, AT_FDCWD, argv[1]) != 0) {
        printf("refused: %s\n", strerror(errno));
        return 1;
    }
    printf("ready\n");
    fflush(stdout);
    char buffer[8192];
    ssize_t length = read(group, buffer, sizeof buffer);
    const struct fanotify_event_metadata *event = (const void *)buffer;
    if (!FAN_EVENT_OK(event, length)) return 1;

    char path[64], comm[64] = "?";
    snprintf(path, sizeof path, "/proc/%d/comm", event->pid);
    FILE *file = fopen(path, "r");
    if (file != NULL && fgets(comm, sizeof comm, file) != NULL) comm[strcspn(comm, "\n")] = 0;
    printf("%d %s\n", event->pid, comm);
    return 0;
}
