// Spoils the file of its first argument with the bytes of its second, and is gone.
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int file = argc == 3 ? open(argv[1], O_WRONLY | O_TRUNC) : -1;
    if (file < 0) return 1;
    return write(file, argv[2], strlen(argv[2])) < 0 || close(file) != 0;
}
