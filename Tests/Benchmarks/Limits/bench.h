// What the limit programs share: a clock, percentiles and errors. Header only, so that each program is one cc command.
#pragma once
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline double now_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static inline void check(int is_fine, const char *action, const char *object) {
    if (is_fine) return;
    fprintf(stderr, "cannot %s '%s': %s\n", action, object, strerror(errno));
    exit(1);
}

static inline int compare_doubles(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

/// Prints `"NAME": {"count": …, "p50": …, "p90": …, "p99": …, "max": …}` in seconds; sorts the samples.
static inline void print_percentiles(const char *name, double *samples, int count) {
    qsort(samples, (size_t)count, sizeof *samples, compare_doubles);
    double at[3];
    const double share[3] = {0.50, 0.90, 0.99};
    for (int i = 0; i < 3; i++) {
        int rank = (int)(share[i] * count + 0.999999);
        at[i] = samples[rank < 1 ? 0 : rank - 1];
    }
    printf("\"%s\": {\"count\": %d, \"p50\": %.9f, \"p90\": %.9f, \"p99\": %.9f, ", name, count, at[0], at[1], at[2]);
    printf("\"max\": %.9f}", samples[count - 1]);
}

/// Reads the rest of standard input as lines; the lines live as long as the program.
static inline char **read_lines(int *count) {
    size_t capacity = 1 << 16, length = 0;
    char *text = malloc(capacity);
    for (;;) {
        size_t got = fread(text + length, 1, capacity - length - 1, stdin);
        if (got == 0) break;
        length += got;
        if (capacity - length < 2) text = realloc(text, capacity *= 2);
    }
    text[length] = 0;
    int lines = 0;
    for (size_t i = 0; i < length; i++) lines += text[i] == '\n';
    char **result = malloc(sizeof *result * (size_t)(lines + 1));
    *count = 0;
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) result[(*count)++] = line;
    return result;
}
