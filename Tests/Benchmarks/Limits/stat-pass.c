// stat-pass REPEATS <PATHS: the least that a pass over files can cost, an lstat of each. Prints the passes in seconds.
#include "bench.h"

#include <sys/stat.h>

int main(int argc, char **argv) {
    int repeats = argc > 1 ? atoi(argv[1]) : 10;
    int count;
    char **paths = read_lines(&count);
    double *samples = calloc((size_t)repeats, sizeof *samples);
    for (int pass = 0; pass < repeats; pass++) {
        double start = now_seconds();
        for (int i = 0; i < count; i++) {
            struct stat status;
            check(lstat(paths[i], &status) == 0, "lstat", paths[i]);
        }
        samples[pass] = now_seconds() - start;
    }
    printf("{\"files\": %d, ", count);
    print_percentiles("pass", samples, repeats);
    printf("}\n");
    return 0;
}
