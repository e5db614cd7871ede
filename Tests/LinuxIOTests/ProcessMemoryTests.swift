import LinuxIO
import Testing

@Suite struct ProcessMemoryTests {
    @Test func `memory that was let go of is given back, and everything still works`() {
        // Many small blocks, every second of which stays: their pages are free in parts only.
        var kept: [[UInt8]] = []
        do {
            var blocks = (0..<20_000).map { [UInt8](repeating: UInt8($0 & 0xff), count: 400) }
            kept = stride(from: 0, to: blocks.count, by: 200).map { blocks[$0] }
            blocks = []
        }
        ProcessMemory.trim()
        #expect(ProcessMemory.unusedBytes >= 0)
        for (index, block) in kept.enumerated() {
            #expect(block.count == 400 && block.allSatisfy { $0 == UInt8(index * 200 & 0xff) })
        }
    }
}
