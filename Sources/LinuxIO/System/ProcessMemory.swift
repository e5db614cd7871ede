internal import CLinux

/// How the C library keeps memory that was freed.
///
/// glibc gives each thread an arena of its own and returns none of it: a daemon with twenty threads, of which each was
/// busy once, would keep many times what it uses.
public enum ProcessMemory {
    /// Lets all threads share one arena, and maps what is large by itself, so that it goes back to the kernel when it
    /// is freed and leaves no holes; call it before the second thread.
    public static func shareArena() { _ = cl_memory_share_arena() }

    /// How much is kept that nothing uses.
    public static var unusedBytes: Int { Int(cl_memory_unused()) }

    /// Gives what is free back to the kernel, and lets go of the program's own pages: those that are used again come
    /// back from the page cache.
    ///
    /// Blocks for some milliseconds.
    public static func trim() { _ = cl_memory_trim() }
}
