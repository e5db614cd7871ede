#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define CALL(expression)                      \
    do {                                      \
        long result_ = (long)(expression);    \
        return result_ < 0 ? -errno : result_; \
    } while (0)

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
#define EXT4_SHUTDOWN _IOR('X', 125, uint32_t)

_Static_assert(sizeof(struct cl_poll) == sizeof(struct pollfd), "cl_poll mirrors pollfd");
_Static_assert(CL_AT_EMPTY_PATH == AT_EMPTY_PATH, "the flag is the kernel's");
_Static_assert(CL_AT_NO_AUTOMOUNT == AT_NO_AUTOMOUNT, "the flag is the kernel's");
_Static_assert(CL_O_PATH == O_PATH, "the flag is the kernel's");
_Static_assert(sizeof(struct cl_filter) == sizeof(struct sock_filter), "cl_filter mirrors sock_filter");
_Static_assert(sizeof(struct cl_ucred) == sizeof(struct ucred), "cl_ucred mirrors ucred");

const char *cl_error_name(int code) { return strerrorname_np(code); }
const char *cl_error_text(int code) { return strerrordesc_np(code); }

long cl_memory_share_arena(void) {
    // Once it is set, the C library no longer raises the threshold to the size of what was freed.
    return mallopt(M_ARENA_MAX, 1) == 1 && mallopt(M_MMAP_THRESHOLD, 128 * 1024) == 1 ? 0 : -EINVAL;
}

static int drop_read_only(struct dl_phdr_info *object, size_t size, void *data) {
    (void)size;
    (void)data;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        // What is writable holds relocations, which exist nowhere else.
        if (part->p_type != PT_LOAD || (part->p_flags & PF_W) != 0) continue;
        uintptr_t start = (object->dlpi_addr + part->p_vaddr) & ~(page - 1);
        uintptr_t end = object->dlpi_addr + part->p_vaddr + part->p_memsz;
        madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

long cl_memory_trim(void) {
    dl_iterate_phdr(drop_read_only, NULL);
    return malloc_trim(0);
}

long cl_memory_unused(void) { return (long)mallinfo2().fordblks; }

long cl_openat(int directory, const char *path, int flags, unsigned mode) {
    CALL(openat(directory, path, flags | O_CLOEXEC, mode));
}

long cl_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    struct open_how how = {.flags = flags | O_CLOEXEC, .mode = mode, .resolve = resolve};
    CALL(syscall(SYS_openat2, directory, path, &how, sizeof how));
}

long cl_close(int fd) { CALL(close(fd)); }
long cl_duplicate(int fd) { CALL(fcntl(fd, F_DUPFD_CLOEXEC, 0)); }
long cl_pipe(int32_t *ends) { CALL(pipe2(ends, O_CLOEXEC)); }
long cl_read(int fd, void *buffer, size_t count) { CALL(read(fd, buffer, count)); }
long cl_write(int fd, const void *buffer, size_t count) { CALL(write(fd, buffer, count)); }
long cl_pread(int fd, void *buffer, size_t count, int64_t offset) { CALL(pread(fd, buffer, count, offset)); }
long cl_pwrite(int fd, const void *buffer, size_t count, int64_t offset) { CALL(pwrite(fd, buffer, count, offset)); }
long cl_lseek(int fd, int64_t offset, int whence) { CALL(lseek(fd, offset, whence)); }
long cl_ftruncate(int fd, int64_t length) { CALL(ftruncate(fd, length)); }
long cl_fsync(int fd) { CALL(fsync(fd)); }
long cl_fdatasync(int fd) { CALL(fdatasync(fd)); }
long cl_syncfs(int fd) { CALL(syncfs(fd)); }
long cl_flock(int fd, int operation) { CALL(flock(fd, operation)); }
long cl_set_nonblocking(int fd) { CALL(fcntl(fd, F_SETFL, O_NONBLOCK)); }

long cl_statx(int directory, const char *path, int flags, unsigned mask, struct statx *status) {
    CALL(statx(directory, path, flags, mask, status));
}

long cl_file_system_id(int fd, uint64_t *identifier, uint64_t *type) {
    struct statfs status;
    if (fstatfs(fd, &status) < 0) return -errno;
    memcpy(identifier, &status.f_fsid, sizeof *identifier);
    *type = (uint64_t)status.f_type;
    return 0;
}

long cl_clone(int destination, int source) { CALL(ioctl(destination, FICLONE, source)); }

long cl_copy_file_range(int source, int destination, size_t count) {
    CALL(copy_file_range(source, NULL, destination, NULL, count, 0));
}

long cl_ext4_shutdown(int fd, uint32_t flags) { CALL(ioctl(fd, EXT4_SHUTDOWN, &flags)); }
long cl_inode_flags(int fd, uint32_t *flags) { CALL(ioctl(fd, FS_IOC_GETFLAGS, flags)); }
long cl_set_inode_flags(int fd, uint32_t flags) { CALL(ioctl(fd, FS_IOC_SETFLAGS, &flags)); }

long cl_getdents64(int fd, void *buffer, size_t count) { CALL(syscall(SYS_getdents64, fd, buffer, count)); }

long cl_renameat2(int from, const char *old_name, int to, const char *new_name, unsigned flags) {
    CALL(renameat2(from, old_name, to, new_name, flags));
}

long cl_linkat(int from, const char *old_name, int to, const char *new_name, int flags) {
    CALL(linkat(from, old_name, to, new_name, flags));
}

long cl_unlinkat(int directory, const char *name, int flags) { CALL(unlinkat(directory, name, flags)); }
long cl_mkdirat(int directory, const char *name, unsigned mode) { CALL(mkdirat(directory, name, mode)); }
long cl_mkfifoat(int directory, const char *name, unsigned mode) { CALL(mkfifoat(directory, name, mode)); }
long cl_symlinkat(const char *target, int directory, const char *name) { CALL(symlinkat(target, directory, name)); }

long cl_readlinkat(int directory, const char *name, char *buffer, size_t count) {
    CALL(readlinkat(directory, name, buffer, count));
}

long cl_fchownat(int directory, const char *name, uint32_t owner, uint32_t group, int flags) {
    CALL(fchownat(directory, name, owner, group, flags));
}

long cl_fchown(int fd, uint32_t owner, uint32_t group) { CALL(fchown(fd, owner, group)); }
long cl_fchmod(int fd, unsigned mode) { CALL(fchmod(fd, mode)); }
long cl_chmod(const char *path, unsigned mode) { CALL(chmod(path, mode)); }

long cl_fchmodat2(int directory, const char *name, unsigned mode, int flags) {
    CALL(syscall(SYS_fchmodat2, directory, name, mode, flags));
}

long cl_utimensat(int directory, const char *name, int64_t seconds, int64_t nanoseconds, int flags) {
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = seconds, .tv_nsec = nanoseconds}};
    CALL(utimensat(directory, name, times, flags));
}

long cl_futimens(int fd, int64_t seconds, int64_t nanoseconds) {
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = seconds, .tv_nsec = nanoseconds}};
    CALL(futimens(fd, times));
}

long cl_name_to_handle_at(int directory, const char *name, void *handle, int *mount, int flags) {
    CALL(name_to_handle_at(directory, name, handle, mount, flags));
}

long cl_lgetxattr(const char *path, const char *name, void *value, size_t size) {
    CALL(lgetxattr(path, name, value, size));
}

long cl_lsetxattr(const char *path, const char *name, const void *value, size_t size) {
    CALL(lsetxattr(path, name, value, size, 0));
}

long cl_llistxattr(const char *path, char *list, size_t size) { CALL(llistxattr(path, list, size)); }
long cl_lremovexattr(const char *path, const char *name) { CALL(lremovexattr(path, name)); }

long cl_getxattr(const char *path, const char *name, void *value, size_t size) {
    CALL(getxattr(path, name, value, size));
}

long cl_setxattr(const char *path, const char *name, const void *value, size_t size) {
    CALL(setxattr(path, name, value, size, 0));
}

long cl_listxattr(const char *path, char *list, size_t size) { CALL(listxattr(path, list, size)); }
long cl_removexattr(const char *path, const char *name) { CALL(removexattr(path, name)); }
long cl_fgetxattr(int fd, const char *name, void *value, size_t size) { CALL(fgetxattr(fd, name, value, size)); }

long cl_fsetxattr(int fd, const char *name, const void *value, size_t size) {
    CALL(fsetxattr(fd, name, value, size, 0));
}

long cl_flistxattr(int fd, char *list, size_t size) { CALL(flistxattr(fd, list, size)); }
long cl_fremovexattr(int fd, const char *name) { CALL(fremovexattr(fd, name)); }

long cl_fanotify_init(unsigned flags, unsigned event_flags) { CALL(fanotify_init(flags, event_flags)); }

long cl_fanotify_mark(int fd, unsigned flags, uint64_t mask, int directory, const char *path) {
    CALL(fanotify_mark(fd, flags, mask, directory, path));
}

long cl_inotify_init(void) { CALL(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)); }
long cl_inotify_add_watch(int fd, const char *path, uint32_t mask) { CALL(inotify_add_watch(fd, path, mask)); }
long cl_inotify_rm_watch(int fd, int watch) { CALL(inotify_rm_watch(fd, watch)); }
long cl_eventfd(void) { CALL(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

long cl_ppoll(struct cl_poll *entries, size_t count, int64_t seconds, int64_t nanoseconds, int forever) {
    struct timespec timeout = {.tv_sec = seconds, .tv_nsec = nanoseconds};
    CALL(ppoll((struct pollfd *)entries, count, forever ? NULL : &timeout, NULL));
}

long cl_pidfd_open(int pid) { CALL(syscall(SYS_pidfd_open, pid, 0)); }
long cl_pidfd_send_signal(int pidfd, int signal) { CALL(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0)); }
static __thread int thread_may_block;

void cl_thread_set_may_block(int may_block) { thread_may_block = may_block; }

int cl_thread_may_block(void) { return thread_may_block; }

long cl_thread_set_name(const char *name) { return -pthread_setname_np(pthread_self(), name); }
long cl_thread_set_urgency(int niceness, uint64_t slice) {
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t niceness;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {.size = 48, .niceness = niceness, .runtime = slice};
    CALL(syscall(SYS_sched_setattr, 0, &attributes, 0));
}

long cl_thread_processors(uint64_t *words, size_t count) {
    CALL(syscall(SYS_sched_getaffinity, 0, count * sizeof *words, words));
}

long cl_thread_set_processors(const uint64_t *words, size_t count) {
    CALL(syscall(SYS_sched_setaffinity, 0, count * sizeof *words, words));
}

long cl_effective_uid(void) { return geteuid(); }

long cl_unix_socket(void) { CALL(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

static long address(struct sockaddr_un *to, const char *path) {
    size_t length = strlen(path);
    if (length >= sizeof to->sun_path) return -ENAMETOOLONG;
    *to = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(to->sun_path, path, length);
    return 0;
}

long cl_bind_unix(int fd, const char *path) {
    struct sockaddr_un to;
    long result = address(&to, path);
    if (result < 0) return result;
    CALL(bind(fd, (struct sockaddr *)&to, sizeof to));
}

long cl_connect_unix(int fd, const char *path) {
    struct sockaddr_un to;
    long result = address(&to, path);
    if (result < 0) return result;
    CALL(connect(fd, (struct sockaddr *)&to, sizeof to));
}

long cl_listen(int fd, int backlog) { CALL(listen(fd, backlog)); }
long cl_accept(int fd) { CALL(accept4(fd, NULL, NULL, SOCK_CLOEXEC)); }

long cl_peer_credentials(int fd, struct cl_ucred *credentials) {
    socklen_t size = sizeof *credentials;
    CALL(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, &size));
}

long cl_peer_groups(int fd, uint32_t *groups, size_t *count) {
    socklen_t size = (socklen_t)(*count * sizeof *groups);
    int result = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size);
    *count = size / sizeof *groups;
    CALL(result);
}

long cl_set_timeouts(int fd, int64_t microseconds) {
    struct timeval value = {.tv_sec = microseconds / 1000000, .tv_usec = microseconds % 1000000};
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value) < 0) return -errno;
    CALL(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value));
}

long cl_netlink_socket(int protocol) { CALL(socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol)); }

long cl_bind_netlink(int fd, uint32_t groups) {
    struct sockaddr_nl to = {.nl_family = AF_NETLINK, .nl_groups = groups};
    CALL(bind(fd, (struct sockaddr *)&to, sizeof to));
}

long cl_receive_netlink(int fd, void *buffer, size_t count, uint32_t *sender) {
    struct sockaddr_nl from = {0};
    socklen_t size = sizeof from;
    ssize_t result = recvfrom(fd, buffer, count, MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&from, &size);
    *sender = from.nl_pid;
    CALL(result);
}

long cl_send(int fd, const void *buffer, size_t count) { CALL(send(fd, buffer, count, MSG_NOSIGNAL)); }

long cl_force_receive_buffer(int fd, int bytes) {
    CALL(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes));
}

long cl_attach_filter(int fd, const struct cl_filter *code, uint16_t count) {
    struct sock_fprog program = {.len = count, .filter = (struct sock_filter *)code};
    CALL(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
}

long cl_clock(int clock, int64_t *seconds, int64_t *nanoseconds) {
    struct timespec now;
    if (clock_gettime(clock, &now) < 0) return -errno;
    *seconds = now.tv_sec;
    *nanoseconds = now.tv_nsec;
    return 0;
}

long cl_getrandom(void *buffer, size_t count) { CALL(getrandom(buffer, count, 0)); }
