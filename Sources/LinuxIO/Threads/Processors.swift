internal import CLinux

/// More words of 64 bits than the kernel has for the processors of any machine.
private let wordCount = 128

/// The processors that the calling thread may run on, by number; none where the kernel does not say.
func allowedProcessors() -> [Int] {
    var words = [UInt64](repeating: 0, count: wordCount)
    // Safety: the kernel fills no more words than there are, and says how many bytes.
    let size = words.withUnsafeMutableBufferPointer { cl_thread_processors($0.baseAddress, $0.count) }
    return (0..<max(0, size * 8)).filter { words[$0 / 64] & (1 << UInt64($0 % 64)) != 0 }
}

/// Keeps the calling thread on one processor from now on; where the kernel refuses, it runs on any.
func stay(on processor: Int) {
    var words = [UInt64](repeating: 0, count: wordCount)
    words[processor / 64] |= 1 << UInt64(processor % 64)
    // Safety: the kernel reads no more words than there are.
    _ = words.withUnsafeBufferPointer { cl_thread_set_processors($0.baseAddress, $0.count) }
}
