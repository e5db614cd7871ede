import FoundationEssentials
import Model
import TestSupport
import Testing

@testable import aetherctl

@Suite struct RecoveryTests {
    private func version(_ seconds: Int64, _ text: String) -> RecoverableVersion {
        RecoverableVersion(
            time: Samples.now.adding(seconds: seconds), run: "run-1",
            content: DeclaredContent(digest: ContentDigest(hashing: text), size: Int64(text.utf8.count)))
    }

    @Test func `without a time the bytes that were replaced last are meant`() throws {
        let versions = [version(-10, "new"), version(-100, "old")]
        #expect(try RecoveryChoice.version(at: nil, of: versions, resource: Samples.motd) == versions[0])
        #expect(throws: CommandFailure.self) {
            try RecoveryChoice.version(at: nil, of: [], resource: Samples.motd)
        }
    }

    @Test func `with a time the bytes that were there then are meant, and a listed time names its own version`() throws
    {
        let versions = [version(-10, "new"), version(-100, "old")]
        func at(_ seconds: Int64) throws -> RecoverableVersion {
            try RecoveryChoice.version(
                at: Samples.now.adding(seconds: seconds), of: versions, resource: Samples.motd)
        }
        #expect(try at(-5000) == versions[1])
        #expect(try at(-100) == versions[1])
        #expect(try at(-99) == versions[0])
        #expect(try at(-10) == versions[0])
        #expect(throws: CommandFailure.self) { try at(-9) }
    }

    @Test func `a time is a timestamp or an age`() {
        #expect(RecoveryChoice.time("2h", now: Samples.now) == Samples.now.adding(seconds: -7200))
        #expect(RecoveryChoice.time(Samples.now.description, now: Samples.now) == Samples.now)
        #expect(RecoveryChoice.time("yesterday", now: Samples.now) == nil)
    }

    @Test func `binary bytes are not printed on a terminal, and are elsewhere`() throws {
        let bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 0]
        let terminal = OutputBuffer()
        #expect(throws: CommandFailure.self) {
            var target = try RecoveryTarget(file: nil, terminal.console(isTerminal: true))
            try target.write(bytes)
        }
        #expect(terminal.output.isEmpty)
        let pipe = OutputBuffer()
        var target = try RecoveryTarget(file: nil, pipe.console())
        try target.write(bytes)
        try target.finish(expecting: DeclaredContent(digest: ContentDigest(hashing: bytes), size: 5))
        #expect(Array(pipe.output.utf8) == bytes)
    }

    @Test(arguments: [("plain\n", false), ("tab\tünï\n", false), ("esc\u{1B}[2J", true), ("nul\0", true)])
    func `text is told from what a terminal would act on`(_ text: String, _ isBinary: Bool) {
        #expect(RecoveryTarget.isBinary(Array(text.utf8)) == isBinary)
    }

    @Test func `a character that a chunk cuts does not make text binary`() {
        #expect(!RecoveryTarget.isBinary(Array("漢字".utf8.dropLast())))
        #expect(RecoveryTarget.isBinary([0xFF, 0xFE, 0x41, 0x42, 0x43, 0x44]))
    }

    @Test func `a file is new, private and whole, or not there`() throws {
        try withTemporaryDirectory("recover") { path in
            let file = "\(path)/out"
            let content = DeclaredContent(digest: ContentDigest(hashing: "abc"), size: 3)
            do {
                var target = try RecoveryTarget(file: file, OutputBuffer().console())
                try target.write(Array("abc".utf8))
                try target.finish(expecting: content)
            }
            #expect(FileManager.default.contents(atPath: file) == Data("abc".utf8))
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(throws: CommandFailure.self) { _ = try RecoveryTarget(file: file, OutputBuffer().console()) }
            let other = "\(path)/other"
            #expect(throws: CommandFailure.self) {
                var target = try RecoveryTarget(file: other, OutputBuffer().console())
                try target.write(Array("wrong".utf8))
                try target.finish(expecting: content)
            }
            #expect(!FileManager.default.fileExists(atPath: other))
        }
    }
}
