// drift-storm COUNT PROGRAMS GAP DIRECTORY PREFIX: for each of COUNT files DIRECTORY/f-00000 and on, a process of the
// next of PROGRAMS users (20000 and on) runs the next of as many programs PREFIX00 and on, which spoils the file; GAP
// milliseconds lie between two. Prints the median life of the processes, from fork to end, in microseconds.
#define _GNU_SOURCE
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static int shorter(const void *a, const void *b) { return *(const long *)a < *(const long *)b ? -1 : 1; }

int main(int argc, char **argv) {
    if (argc != 6) return 2;
    int count = atoi(argv[1]), programs = atoi(argv[2]), gap = atoi(argv[3]);
    long *lives = calloc((size_t)count, sizeof *lives);
    if (count < 1 || programs < 1 || lives == NULL) return 2;
    for (int i = 0; i < count; i++) {
        char file[4096], program[4096];
        uid_t user = 20000 + (uid_t)(i % programs);
        snprintf(file, sizeof file, "%s/f-%05d", argv[4], i);
        snprintf(program, sizeof program, "%s%02d", argv[5], i % programs);
        long start = now();
        pid_t child = fork();
        if (child == 0) {
            if (setgroups(0, NULL) != 0 || setgid(user) != 0 || setuid(user) != 0) _exit(3);
            execl(program, program, file, "spoiled", NULL);
            _exit(4);
        }
        int status = 0;
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
            fprintf(stderr, "%s on %s: status %x\n", program, file, (unsigned)status);
            return 1;
        }
        lives[i] = now() - start;
        if (gap > 0) poll(NULL, 0, gap);
    }
    qsort(lives, (size_t)count, sizeof *lives, shorter);
    printf("%ld\n", lives[count / 2]);
    return 0;
}
