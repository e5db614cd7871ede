// Typed wrappers of system calls that Swift cannot call or that glibc 2.36 lacks.
// Each returns what the call returns, or -errno; none has logic of its own.
#pragma once

#include <features.h>
#include <linux/fanotify.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <stddef.h>
#include <stdint.h>

// Flags newer than the headers of glibc 2.36 and Linux 6.1.
#define CL_AT_HANDLE_FID 0x200
// Flags that the headers show to GNU sources only.
#define CL_AT_EMPTY_PATH 0x1000
#define CL_AT_NO_AUTOMOUNT 0x800
#define CL_O_PATH 0x200000
#define CL_EXT4_SHUTDOWN_FLUSH 0
#define CL_EXT4_SHUTDOWN_FLUSH_LOG 1
#define CL_EXT4_SHUTDOWN_NO_FLUSH 2

struct cl_ucred {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

struct cl_poll {
    int32_t descriptor;
    int16_t events;
    int16_t returned;
};

struct cl_filter {
    uint16_t code;
    uint8_t if_true;
    uint8_t if_false;
    uint32_t value;
};

// Errors.
const char *cl_error_name(int code);
const char *cl_error_text(int code);

// Memory.
long cl_memory_share_arena(void);
long cl_memory_trim(void);
long cl_memory_unused(void);

// Descriptors.
long cl_openat(int directory, const char *path, int flags, unsigned mode);
long cl_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);
long cl_close(int fd);
long cl_duplicate(int fd);
long cl_pipe(int32_t *ends);
long cl_read(int fd, void *buffer, size_t count);
long cl_write(int fd, const void *buffer, size_t count);
long cl_pread(int fd, void *buffer, size_t count, int64_t offset);
long cl_pwrite(int fd, const void *buffer, size_t count, int64_t offset);
long cl_lseek(int fd, int64_t offset, int whence);
long cl_ftruncate(int fd, int64_t length);
long cl_fsync(int fd);
long cl_fdatasync(int fd);
long cl_syncfs(int fd);
long cl_flock(int fd, int operation);
long cl_set_nonblocking(int fd);
long cl_statx(int directory, const char *path, int flags, unsigned mask, struct statx *status);
long cl_file_system_id(int fd, uint64_t *identifier, uint64_t *type);
long cl_clone(int destination, int source);
long cl_copy_file_range(int source, int destination, size_t count);
long cl_ext4_shutdown(int fd, uint32_t flags);
long cl_inode_flags(int fd, uint32_t *flags);
long cl_set_inode_flags(int fd, uint32_t flags);

// Names in a directory.
long cl_getdents64(int fd, void *buffer, size_t count);
long cl_renameat2(int from, const char *old_name, int to, const char *new_name, unsigned flags);
long cl_linkat(int from, const char *old_name, int to, const char *new_name, int flags);
long cl_unlinkat(int directory, const char *name, int flags);
long cl_mkdirat(int directory, const char *name, unsigned mode);
long cl_mkfifoat(int directory, const char *name, unsigned mode);
long cl_symlinkat(const char *target, int directory, const char *name);
long cl_readlinkat(int directory, const char *name, char *buffer, size_t count);
long cl_fchownat(int directory, const char *name, uint32_t owner, uint32_t group, int flags);
long cl_fchown(int fd, uint32_t owner, uint32_t group);
long cl_fchmod(int fd, unsigned mode);
long cl_chmod(const char *path, unsigned mode);
long cl_fchmodat2(int directory, const char *name, unsigned mode, int flags);
long cl_utimensat(int directory, const char *name, int64_t seconds, int64_t nanoseconds, int flags);
long cl_futimens(int fd, int64_t seconds, int64_t nanoseconds);
long cl_name_to_handle_at(int directory, const char *name, void *handle, int *mount, int flags);

// Extended attributes.
long cl_lgetxattr(const char *path, const char *name, void *value, size_t size);
long cl_lsetxattr(const char *path, const char *name, const void *value, size_t size);
long cl_llistxattr(const char *path, char *list, size_t size);
long cl_lremovexattr(const char *path, const char *name);
long cl_getxattr(const char *path, const char *name, void *value, size_t size);
long cl_setxattr(const char *path, const char *name, const void *value, size_t size);
long cl_listxattr(const char *path, char *list, size_t size);
long cl_removexattr(const char *path, const char *name);
long cl_fgetxattr(int fd, const char *name, void *value, size_t size);
long cl_fsetxattr(int fd, const char *name, const void *value, size_t size);
long cl_flistxattr(int fd, char *list, size_t size);
long cl_fremovexattr(int fd, const char *name);

// Events.
long cl_fanotify_init(unsigned flags, unsigned event_flags);
long cl_fanotify_mark(int fd, unsigned flags, uint64_t mask, int directory, const char *path);
long cl_inotify_init(void);
long cl_inotify_add_watch(int fd, const char *path, uint32_t mask);
long cl_inotify_rm_watch(int fd, int watch);
long cl_eventfd(void);
long cl_ppoll(struct cl_poll *entries, size_t count, int64_t seconds, int64_t nanoseconds, int forever);

// Processes and threads.
long cl_pidfd_open(int pid);
long cl_pidfd_send_signal(int pidfd, int signal);
long cl_thread_set_name(const char *name);
void cl_thread_set_may_block(int may_block);
int cl_thread_may_block(void);
long cl_thread_set_urgency(int niceness, uint64_t slice);
long cl_thread_processors(uint64_t *words, size_t count);
long cl_thread_set_processors(const uint64_t *words, size_t count);
long cl_effective_uid(void);

// Sockets.
long cl_unix_socket(void);
long cl_bind_unix(int fd, const char *path);
long cl_connect_unix(int fd, const char *path);
long cl_listen(int fd, int backlog);
long cl_accept(int fd);
long cl_peer_credentials(int fd, struct cl_ucred *credentials);
long cl_peer_groups(int fd, uint32_t *groups, size_t *count);
long cl_set_timeouts(int fd, int64_t microseconds);
long cl_netlink_socket(int protocol);
long cl_bind_netlink(int fd, uint32_t groups);
long cl_receive_netlink(int fd, void *buffer, size_t count, uint32_t *sender);
long cl_send(int fd, const void *buffer, size_t count);
long cl_force_receive_buffer(int fd, int bytes);
long cl_attach_filter(int fd, const struct cl_filter *code, uint16_t count);

// Time and randomness.
long cl_clock(int clock, int64_t *seconds, int64_t *nanoseconds);
long cl_getrandom(void *buffer, size_t count);
