import Glibc
import TestSupport
import Testing

@testable import Systemd

/// Compares with the `systemd-escape` of this machine.
@Suite struct SystemdEscapeTests {
    @Test func `random bytes are escaped as systemd-escape does`() throws {
        var generator = SeededGenerator(seed: 2)
        let texts = (0..<1500).map { _ in generator.bytes(of: Array(1...255), upTo: 24) }.filter { !$0.isEmpty }
        let expected = try reference("", texts)
        #expect(expected.count == texts.count)
        for (text, expected) in zip(texts, expected) {
            #expect(systemdEscape(bytes: text) == expected, "of \(text)")
        }
    }

    @Test func `random paths are escaped as systemd-escape does`() throws {
        var generator = SeededGenerator(seed: 3)
        let alphabet = Array("//..a-\\ :x".utf8)
        let texts = (0..<3000).map { _ in generator.bytes(of: alphabet, upTo: 14) }.filter { text in
            let path = String(decoding: text, as: UTF8.self)
            return !text.isEmpty && (try? systemdEscape(path: path)) != nil
        }
        let expected = try reference("--path", texts)
        #expect(expected.count == texts.count && texts.count > 1000)
        for (text, expected) in zip(texts, expected) {
            #expect(try systemdEscape(path: String(decoding: text, as: UTF8.self)) == expected, "of \(text)")
        }
    }

    @Test(arguments: ["/..", "..", "a/../b", "/a/..", ".", "./", ".//."])
    func `a path that systemd-escape refuses is refused`(path: String) throws {
        #expect(throws: SystemdError.self) { try systemdEscape(path: path) }
        #expect(throws: Refused.self) { try reference("--path", [Array(path.utf8)]) }
    }

    @Test(arguments: ["/", "//", "/.", "/./", "", "a", "/a/", "/a//b/./c/.", ".a", "/.a", "...", "/a/..."])
    func `a path at an edge is escaped as systemd-escape does`(path: String) throws {
        #expect(try [systemdEscape(path: path)] == reference("--path", [Array(path.utf8)]))
    }

    @Test(arguments: [(1, 255), (2, 255), (15, 255), (2046, 1), (2047, 1), (2048, 1), (1, 256), (2, 256)])
    func `the limits of length are those of systemd-escape`(count: Int, size: Int) throws {
        for prefix in ["", "/", "//"] {
            let component = String(repeating: "n", count: size)
            let path = prefix + Array(repeating: component, count: count).joined(separator: "/")
            let ours = try? systemdEscape(path: path)
            let theirs = try? reference("--path", [Array(path.utf8)]).first
            #expect(ours == theirs, "of \(count) components of \(size) bytes after '\(prefix)'")
        }
    }

    @Test func `what was escaped comes back, and what was not is judged as systemd-escape judges it`() throws {
        var generator = SeededGenerator(seed: 4)
        let alphabet = Array(#"ab\x2d\x41-./x\\xg"#.utf8)
        var refusals = 0
        for _ in 0..<50 {
            let text = "t" + String(decoding: generator.bytes(of: alphabet, upTo: 10), as: UTF8.self)
            let ours = try? systemdUnescapeBytes(text)
            let theirs = try? referenceBytes("--unescape", [Array(text.utf8)]).first
            #expect(ours == theirs, "of \(text)")
            let oursAsPath = try? systemdUnescape(path: text)
            let theirsAsPath = try? referenceBytes("--unescape --path", [Array(text.utf8)]).first
            // A path that is not UTF-8 is refused here.
            #expect(
                oursAsPath == theirsAsPath.flatMap { String(validating: $0, as: UTF8.self) }, "of \(text) as a path")
            if ours == nil || oursAsPath == nil { refusals += 1 }
        }
        #expect(refusals > 5 && refusals < 50)
        for _ in 0..<2000 {
            let bytes = generator.bytes(of: Array(1...255), upTo: 30)
            #expect(try systemdUnescapeBytes(systemdEscape(bytes: bytes)) == bytes)
        }
    }

    @Test(arguments: ["\\", "a\\", "\\x", "\\x4", "\\x4g", "\\y41", "\\x00", "\\xff"])
    func `a broken escape, a NUL and what is not UTF-8 are refused`(text: String) {
        let error = #expect(throws: SystemdError.self) { try systemdUnescape(text) }
        #expect(error?.code == .invalidArgument)
    }

    @Test(arguments: ["", "-a", "a-", "--", "a--b", "a-.-b", "a-..-b", "..", "."])
    func `an escaped text that is no path is refused as one`(text: String) {
        #expect(throws: SystemdError.self) { try systemdUnescape(path: text) }
    }

    private struct Refused: Error {}

    /// What systemd-escape makes of each text; none of the results may contain a space.
    private func reference(_ options: String, _ texts: [[UInt8]]) throws -> [String] {
        try referenceBytes(options, texts).map { String(decoding: $0, as: UTF8.self) }
    }

    private func referenceBytes(_ options: String, _ texts: [[UInt8]]) throws -> [[UInt8]] {
        try withTemporaryDirectory { directory in
            let path = directory + "/arguments"
            try write(texts.flatMap { $0 + [0] }, to: path)
            // -n keeps the argument lists of one execution far below the kernel's limit.
            let (output, status) = try run("xargs -0 -n 400 -a '\(path)' systemd-escape \(options) -- 2>/dev/null")
            guard status == 0 else { throw Refused() }
            return output.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") })
                .map { Array($0) }
        }
    }
}
