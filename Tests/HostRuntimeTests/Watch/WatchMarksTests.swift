import Glibc
import LinuxIO
import TestSupport
import Testing

@testable import HostRuntime

@Suite struct WatchMarksTests {
    @Test(arguments: ["sub", "\u{301}sub"])
    func `a directory that appears in a watched tree is watched, whatever its name begins with`(_ name: String) throws {
        try withTemporaryDirectory("marks") { directory in
            let tree = "/tree/\(name)"
            var marks = try WatchMarks(root: RootDirectory(path: directory))
            try #require(mkdir(directory + "/tree", 0o755) == 0)
            marks.replace(["/tree"], recursive: ["/tree"], isPassage: { _ in false })
            try #require(mkdir(directory + tree, 0o755) == 0)
            #expect(try marks.read().contains { $0.directories == ["/tree"] && $0.name == name })

            marks.refresh([], recursive: ["/tree"], under: tree, isPassage: { _ in false })
            let file = FileDescriptor(owning: creat(directory + tree + "/file", 0o600))
            try #require(file.rawValue >= 0)
            #expect(try marks.read().contains { $0.directories == [tree] && $0.name == "file" })
        }
    }
}
