import Testing

@testable import LinuxIO

/// A combining mark after a slash makes one character of both; the kernel sees a slash all the same.
@Suite struct PathTextTests {
    private static let mark = "\u{301}"

    @Test func `a path is cut at every slash, whatever follows it`() {
        #expect("/a/\(Self.mark)b//../c/".pathComponents == ["a", "\(Self.mark)b", "..", "c"])
        #expect("a/../\(Self.mark)b".pathComponents == ["a", "..", "\(Self.mark)b"])
        #expect("".pathComponents == [])
        #expect("/bin/\(Self.mark)sh".lastPathComponent == "\(Self.mark)sh")
        #expect("sh".lastPathComponent == "sh")
        #expect("/bin/".lastPathComponent == "")
        #expect("/srv/\(Self.mark)b".parentPath == "/srv")
        #expect("/\(Self.mark)b".parentPath == "/")
        #expect("b".parentPath == nil)
    }

    @Test func `what lies below a path is told by its bytes`() {
        #expect("/\(Self.mark)b".isAbsolutePath)
        #expect(!"".isAbsolutePath)
        #expect("/srv/\(Self.mark)b".isPath(atOrBelow: "/srv"))
        #expect("/\(Self.mark)b".isPath(atOrBelow: "/"))
        #expect("/srv".isPath(atOrBelow: "/srv"))
        #expect(!"/srvb".isPath(atOrBelow: "/srv"))
        #expect(!"/srv".isPath(atOrBelow: "/srv/b"))
        #expect("/srv/\(Self.mark)b".droppingFirst(bytes: 5) == "\(Self.mark)b")
    }
}
