import Glibc
import Testing

@testable import LinuxIO

@Suite struct FileDescriptorTests {
    @Test func `a descriptor is closed with its owner`() throws {
        let reading: FileDescriptor
        do {
            let pipe = try Pipe()
            reading = try pipe.reading.duplicate()
        }
        // The end of input comes only when no writing end is open any more; till then a reader waits.
        #expect(try reading.readAll(limit: 1).isEmpty)
    }

    @Test func `every descriptor is close-on-exec from birth`() throws {
        try withTemporaryDirectory { directory, _ in
            let file = try directory.createTemporary("a")
            let copy = try file.duplicate()
            let pipe = try Pipe()
            let event = try EventDescriptor()
            let numbers = [
                file.rawValue, copy.rawValue, pipe.reading.rawValue, pipe.writing.rawValue, event.rawValue,
                directory.descriptor.rawValue,
            ]
            #expect(numbers.allSatisfy { fcntl($0, F_GETFD) & FD_CLOEXEC != 0 })
        }
    }

    @Test func `a released descriptor stays open`() throws {
        try withTemporaryDirectory { directory, _ in
            let number = try directory.createTemporary("a").release()
            #expect(fcntl(number, F_GETFD) >= 0)
            #expect(close(number) == 0)
        }
    }

    @Test func `all bytes are written and read back`() throws {
        try withTemporaryDirectory { directory, _ in
            let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let file = try directory.createTemporary("a")
            try file.writeAll(bytes)
            try file.dataSync()
            try file.sync()
            let back = try directory.openForReading("a").readAll(limit: 300_000)
            #expect(back == bytes)
            #expect(try file.status().size == 300_000)
        }
    }

    @Test func `a file beyond the limit is refused and one at the limit is not`() throws {
        try withTemporaryDirectory { directory, _ in
            try write("12345", to: "a", in: directory)
            let whole = try directory.openForReading("a").readAll(limit: 5)
            #expect(whole.count == 5)
            let file = try directory.openForReading("a")
            let error = failure { () throws(LinuxIOError) in _ = try file.readAll(limit: 4) }
            #expect(error?.code == .fileTooBig)
            #expect(
                failure { () throws(LinuxIOError) in _ = try readFile("/proc/self/stat", limit: 3) }?.code
                    == .fileTooBig)
        }
    }

    @Test func `a bounded copy takes no more than its length`() throws {
        try withTemporaryDirectory { directory, _ in
            try write("0123456789", to: "a", in: directory)
            let source = try directory.openForReading("a")
            let target = try directory.createTemporary("b")
            let result = try FileDescriptor.copy(from: source, to: target, length: 4)
            #expect(result.bytes == 4)
            #expect(try content(of: "b", in: directory) == "0123")
        }
    }

    @Test func `a whole copy has all bytes and leaves the target at its end`() throws {
        try withTemporaryDirectory { directory, _ in
            let bytes = [UInt8](repeating: 7, count: (1 << 20) + 17)
            try directory.createTemporary("a").writeAll(bytes)
            let source = try directory.openForReading("a")
            let target = try directory.createTemporary("b")
            #expect(try FileDescriptor.copy(from: source, to: target).bytes == Int64(bytes.count))
            try target.writeAll([1])
            let copied = try directory.openForReading("b").readAll(limit: 2 << 20)
            #expect(copied == bytes + [1])
        }
    }

    @Test func `a file of proc, which has no length, is copied by reading`() throws {
        try withTemporaryDirectory { directory, _ in
            let proc = try DirectoryHandle(trustedPath: "/proc/self")
            let source = try proc.openForReading("status")
            let target = try directory.createTemporary("b")
            let result = try FileDescriptor.copy(from: source, to: target)
            #expect(result.bytes > 100)
            #expect(result.method == .buffered)
        }
    }

    @Test func `an exclusive lock is refused to a second holder and free after the first`() throws {
        try withTemporaryDirectory { directory, _ in
            let second = try directory.openForWriting("lock")
            do {
                let first = try directory.openForWriting("lock")
                let isFirstLocked = try first.lockExclusively()
                let isSecondLocked = try second.lockExclusively()
                #expect(isFirstLocked && !isSecondLocked)
            }
            #expect(try second.lockExclusively())
        }
    }

    @Test func `permissions and time of an open file are set as asked`() throws {
        try withTemporaryDirectory { directory, _ in
            let file = try directory.createTemporary("a", permissions: 0o4755)
            let time = Timestamp(seconds: 1_000_000_000, nanoseconds: 123_456_789)
            try file.setModified(time)
            let status = try file.status()
            #expect(status.permissions == 0o4755)
            #expect(status.modified == time)
            #expect(status.linkCount == 1)
        }
    }

    @Test(.enabled(if: isRoot, "chattr needs root"))
    func `an immutable file is told as such and refuses to be removed`() throws {
        try withTemporaryDirectory { directory, _ in
            let file = try directory.createTemporary("a")
            try file.setAttributes(isImmutable: true, isAppendOnly: false)
            let isImmutable = try directory.status(of: "a")?.isImmutable
            let error = failure { () throws(LinuxIOError) in try directory.remove("a") }
            try file.setAttributes(isImmutable: false, isAppendOnly: true)
            let isAppendOnly = try directory.status(of: "a")?.isAppendOnly
            try file.setAttributes(isImmutable: false, isAppendOnly: false)
            #expect(isImmutable == true)
            #expect(error?.code == .notPermitted)
            #expect(isAppendOnly == true)
        }
    }
}
