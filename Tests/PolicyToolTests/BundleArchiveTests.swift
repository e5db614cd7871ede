import FoundationEssentials
import Testing

@testable import PolicyTool

@Suite struct BundleArchiveTests {
    /// An archive as GNU tar and gzip make it, with directories, a path of more than 100 bytes and codes of its own.
    static let archive = """
        H4sIAAAAAAACA+3WPWvDMBAGYM3+FUJzkb/iCAKFjh27hwyHraRqHMlIdptS+t/rOKVQE+jkJDTvM0jGi4bjvTsZe1frELMJJb35
        bDbcvfF94ltlWc54wc6gCy35/kl2m2Qsd2TNWof2cvUv8nH9VaIYT1D/yX0Ir19NMM6KhVDiTnjn2iAWSzH0hf4HlaUOQaw+GfzH
        /B/7f0UtyZfg7CXyn6W/85+myaH/I//nyD9Ze4g7VTtjkfIbnP/xwxPtHzVV2k83/0/k/ifzWVGM8t93hH7+75H/yaUq5w21z/cy
        rrRuru9oXG3Kd+n1xkWI6wT5n76If85/Ndr/MzUvUsz/c2io3NJG8+OWH0VU1+6NmzX/Xgi4sXzYDYc1cWls07WyC9qvkEYAAAAA
        AAAAAAAAgGv1Bebey0QAKAAA
        """

    @Test func `an archive of other programs is read`() throws {
        let packed = try #require(Data(base64Encoded: Self.archive, options: .ignoreUnknownCharacters))
        let files = try TarArchive.read(try GzipFile.decompress(Array(packed), limit: 1 << 20))
        #expect(files.map(\.path).map { $0.utf8.count } == [9, 15, 161])
        #expect(files[0].path == ".manifest" && files[1].bytes == Array(#"{"ann":["admin"]}"#.utf8))
    }

    @Test(arguments: [0, 1, 2, 3, 300, 70_000]) func `what is packed comes back`(count: Int) throws {
        var generator = SplitMix(state: UInt64(count))
        let noise = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let text = Array(String(repeating: "allow if input.user == \"ann\"\n", count: count / 8).utf8)
        for bytes in [noise, text, noise + text + noise, [UInt8](repeating: 7, count: count)] {
            let packed = GzipFile.compress(bytes)
            #expect(try GzipFile.decompress(packed, limit: bytes.count) == bytes)
            #expect(packed == GzipFile.compress(bytes))
        }
        #expect(GzipFile.compress(text).count < max(64, text.count / 4))
    }

    @Test func `a bomb ends at the limit`() {
        let packed = GzipFile.compress([UInt8](repeating: 0, count: 1 << 20))
        #expect(packed.count < 20_000)
        #expect(
            failure { _ = try GzipFile.decompress(packed, limit: 1 << 16) }
                == "gzip: more than 65536 bytes are not unpacked")
    }

    @Test func `a file that is cut or changed anywhere is refused`() throws {
        let files = [
            BundleFile(path: "data.json", bytes: Array("{}".utf8)),
            BundleFile(path: "p.rego", bytes: [1, 2]),
        ]
        let packed = GzipFile.compress(TarArchive.write(files))
        for length in packed.indices {
            #expect(throws: PolicyProblem.self) {
                try GzipFile.decompress(Array(packed[..<length]), limit: 1 << 20)
            }
        }
        let archive = TarArchive.write(files)
        for index in packed.indices {
            for bit in 0..<8 {
                var broken = packed
                broken[index] ^= 1 << UInt8(bit)
                // What names the time or the system, or copies the same bytes from elsewhere, may change.
                let read = try? GzipFile.decompress(broken, limit: 1 << 20)
                #expect(read == nil || read == archive, "byte \(index), bit \(bit)")
            }
        }
        for length in stride(from: 1, to: 2_048, by: 97) where length % 512 != 0 {
            #expect(throws: PolicyProblem.self) { try TarArchive.read(Array(archive[..<length])) }
        }
    }

    @Test(arguments: ["../x", "a/../../x", "/", ".", "a/..", ""])
    func `paths that lead out are refused`(path: String) {
        #expect(throws: PolicyProblem.self) { try TarArchive.safePath(path) }
        #expect(throws: PolicyProblem.self) {
            try TarArchive.read(TarArchive.write([BundleFile(path: path, bytes: [])]))
        }
    }

    @Test(arguments: ["1", "2", "3", "6"]) func `links and devices are refused`(kind: String) throws {
        var archive = TarArchive.write([BundleFile(path: "x", bytes: [])])
        archive[156] = try #require(kind.utf8.first)
        seal(&archive)
        #expect(failure { _ = try TarArchive.read(archive) }?.contains("is a link or a device") == true)
    }

    @Test func `a size that is larger than the archive is refused`() {
        var archive = TarArchive.write([BundleFile(path: "x", bytes: [1])])
        for offset in 124..<135 { archive[offset] = UInt8(ascii: "7") }
        seal(&archive)
        #expect(throws: PolicyProblem.self) { try TarArchive.read(archive) }
        archive[124] = 0xFF
        seal(&archive)
        #expect(throws: PolicyProblem.self) { try TarArchive.read(archive) }
    }

    @Test func `long paths and empty files come back`() throws {
        let files = [
            BundleFile(path: String(repeating: "a/", count: 300) + "data.json", bytes: [1]),
            BundleFile(path: "ä/x.rego", bytes: []),
            BundleFile(path: "y", bytes: [UInt8](repeating: 3, count: 512)),
        ]
        #expect(try TarArchive.read(TarArchive.write(files)) == files)
    }

    /// Writes the checksum of the first header again.
    private func seal(_ archive: inout [UInt8]) {
        for offset in 148..<156 { archive[offset] = 0x20 }
        let text = String(archive[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
        for (index, byte) in (String(repeating: "0", count: 6 - text.count) + text + "\0 ").utf8
            .enumerated()
        {
            archive[148 + index] = byte
        }
    }

    private func failure(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return (error as? PolicyProblem)?.message
        }
    }
}

/// Random numbers from a seed.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
