// Races the daemon for the names that it works on. See README.md beside this file.
//
//   attacker swap  ROOT UID COUNT PAUSE SEED PARENTS NAMES   swaps names for links, special files and trees
//   attacker mount ROOT UID COUNT PAUSE SEED PLACES          mounts ROOT/victims/private over directories, and takes
//                                                            it off
//
// ROOT/victims holds the victims; PARENTS, NAMES and PLACES are lists with ':' between, PARENTS and PLACES relative to
// ROOT. COUNT is the number of swaps after which it ends (0: none), as it does when there is ROOT/stop; PAUSE the
// longest pause between two, in microseconds. Prints the number of swaps that it made.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define LIST_MAXIMUM 32
#define DEPTH_MAXIMUM 8

static uint64_t state;
static int stopped;
static int leased = -1;

static uint32_t next(uint32_t bound) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 16) % bound);
}

// Opens a directory below ROOT, through no link, so that the attacker never leaves it.
static int enter(int root, const char *path, uint64_t flags) {
    struct open_how how = {.flags = flags | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

static void pause_up_to(unsigned microseconds) {
    struct timespec time = {.tv_nsec = (long)next(microseconds + 1) * 1000};
    ppoll(NULL, 0, &time, NULL);
}

static int split(char *text, char **list) {
    int count = 0;
    for (char *part = strtok(text, ":"); part && count < LIST_MAXIMUM; part = strtok(NULL, ":")) list[count++] = part;
    return count;
}

static const char *victims[] = {"shadow", "passwd", "su", "conf", "meta", "x"};
static const char *pick_victim(void) { return victims[next(sizeof victims / sizeof *victims)]; }

// Gives up root. What is kept is what an unprivileged user has where fs.protected_hardlinks is 0 (FOWNER: links to any
// file that it can reach), and what makes device nodes.
static void become(uid_t user) {
    prctl(PR_SET_KEEPCAPS, 1);
    if (setgroups(0, NULL) || setresgid(user, user, user) || setresuid(user, user, user)) exit(3);
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    uint32_t kept = 1u << CAP_FOWNER | 1u << CAP_MKNOD;
    struct __user_cap_data_struct data[2] = {{kept, kept, 0}, {0, 0, 0}};
    if (syscall(SYS_capset, &header, data)) exit(4);
}

static void dispose(int directory, const char *name, int depth) {
    if (unlinkat(directory, name, 0) == 0 || errno == ENOENT) return;
    if (unlinkat(directory, name, AT_REMOVEDIR) == 0 || depth > DEPTH_MAXIMUM) return;
    int below = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (below < 0) return;
    DIR *listing = fdopendir(below);
    if (!listing) { close(below); return; }
    for (struct dirent *entry; (entry = readdir(listing));) {
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) dispose(below, entry->d_name, depth + 1);
    }
    closedir(listing);
    unlinkat(directory, name, AT_REMOVEDIR);
}

static void write_file(int directory, const char *name, mode_t mode, int keep_lease) {
    int file = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return;
    if (write(file, "the attacker's own\n", 19) < 0) stopped = 1;
    fchmod(file, mode);
    if (keep_lease) {
        close(file);
        if (leased >= 0) close(leased);
        leased = openat(directory, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
        if (leased >= 0) fcntl(leased, F_SETLEASE, F_WRLCK);
    } else {
        close(file);
    }
}

static void link_victim(int root, int directory, const char *name) {
    char victim[64];
    snprintf(victim, sizeof victim, "victims/%s", pick_victim());
    linkat(root, victim, directory, name, 0);
}

static void link_symbolically(int directory, const char *name) {
    static const char *above[] = {"/victims", "../../victims", "../../../victims", "../victims"};
    char target[128];
    const char *place = above[next(4)];
    if (next(2)) {
        snprintf(target, sizeof target, "%s", place);
    } else {
        snprintf(target, sizeof target, "%s/%s", place, pick_victim());
    }
    symlinkat(target, directory, name);
}

static void make_tree(int root, int directory, const char *name, char **names, int count) {
    if (mkdirat(directory, name, 0755)) return;
    int below = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (below < 0) return;
    for (int i = 0; i < count; i++) {
        switch (next(4)) {
        case 0: link_symbolically(below, names[i]); break;
        case 1: link_victim(root, below, names[i]); break;
        case 2: mkfifoat(below, names[i], 0666); break;
        default: write_file(below, names[i], 0644, 0);
        }
    }
    if (next(2)) fchmod(below, 0777);
    close(below);
}

// Makes something bad under a name.
static void make_evil(int root, int directory, const char *name, char **names, int count) {
    switch (next(10)) {
    case 0: case 1: link_symbolically(directory, name); break;
    case 2: case 3: link_victim(root, directory, name); break;
    case 4: mkfifoat(directory, name, 0666); break;
    case 5: mknodat(directory, name, S_IFCHR | 0666, makedev(1, 5)); break;
    case 6: write_file(directory, name, 04755, 0); break;
    case 7: write_file(directory, name, 0600, 1); break;
    default: make_tree(root, directory, name, names, count);
    }
}

// A name that is in a directory now: one of the daemon's temporaries if there is one, else any.
static int present(int directory, char *name, size_t size) {
    int again = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = again < 0 ? NULL : fdopendir(again);
    if (!listing) { if (again >= 0) close(again); return 0; }
    int found = 0;
    for (struct dirent *entry; (entry = readdir(listing));) {
        int is_temporary = !strncmp(entry->d_name, ".aetheredge-", 12);
        if (!is_temporary && (entry->d_name[0] == '.' || next(3))) continue;
        snprintf(name, size, "%s", entry->d_name);
        found = 1;
        if (is_temporary) break;
    }
    closedir(listing);
    return found;
}

static int swap(int root, const char *parent, char **names, int count) {
    int directory = enter(root, parent, O_RDONLY);
    if (directory < 0) return 0;
    char name[256];
    if (next(2) || !present(directory, name, sizeof name)) {
        snprintf(name, sizeof name, "%s", names[next((uint32_t)count)]);
    }
    int done;
    if (next(8) == 0) {
        // Whole trees, or a file for a tree.
        const char *other = names[next((uint32_t)count)];
        done = strcmp(name, other) && renameat2(directory, name, directory, other, next(2) ? RENAME_EXCHANGE : 0) == 0;
    } else {
        char evil[32];
        snprintf(evil, sizeof evil, ".evil%u", next(2));
        dispose(directory, evil, 0);
        make_evil(root, directory, evil, names, count);
        done = renameat2(directory, evil, directory, name, RENAME_EXCHANGE) == 0
            || renameat2(directory, evil, directory, name, RENAME_NOREPLACE) == 0;
    }
    close(directory);
    return done;
}

static int mount_over(int root, const char *place, unsigned pause) {
    int target = enter(root, place, O_PATH);
    if (target < 0) return 0;
    int tree = (int)syscall(SYS_open_tree, root, "victims/private", 1 /* OPEN_TREE_CLONE */ | O_CLOEXEC);
    if (tree < 0) { close(target); return 0; }
    // MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH
    int done = syscall(SYS_move_mount, tree, "", target, "", 0x44) == 0;
    if (done) {
        pause_up_to(pause);
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", tree);
        if (umount2(path, MNT_DETACH)) fprintf(stderr, "cannot unmount: %s\n", strerror(errno));
    }
    close(tree);
    close(target);
    return done;
}

int main(int count, char **values) {
    if (count < 8) return 64;
    int mounts = !strcmp(values[1], "mount");
    int root = open(values[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) return 66;
    long limit = atol(values[4]);
    unsigned pause = (unsigned)atoi(values[5]);
    state = strtoull(values[6], NULL, 10) * 0x9e3779b97f4a7c15u + 1;
    char *places[LIST_MAXIMUM], *names[LIST_MAXIMUM];
    int place_count = split(values[7], places);
    int name_count = count > 8 ? split(values[8], names) : 0;
    signal(SIGIO, SIG_IGN);
    umask(0);
    if (!mounts) become((uid_t)atoi(values[3]));
    long made = 0;
    for (long round = 0; !stopped && (limit == 0 || made < limit); round++) {
        if (round % 64 == 0 && faccessat(root, "stop", F_OK, 0) == 0) break;
        const char *place = places[next((uint32_t)place_count)];
        made += mounts ? mount_over(root, place, pause) : swap(root, place, names, name_count);
        // Bursts with longer pauses between, so that runs get anywhere.
        pause_up_to(next(64) ? pause : pause * 200);
    }
    printf("%ld\n", made);
    return 0;
}
