import Model
import TestSupport
import Testing

@Suite("ContentDigest")
struct ContentDigestTests {
    private let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    private let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test func `digests are those of SHA-256`() {
        #expect(ContentDigest(hashing: []).hex == empty)
        #expect(ContentDigest(hashing: "abc").hex == abc)
        #expect(ContentDigest(hashing: "abc").description == "sha256:\(abc)")
    }

    @Test func `pieces give the digest of the whole`() {
        var generator = SeededGenerator(seed: 3)
        let bytes = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        var hasher = ContentHasher()
        var index = 0
        while index < bytes.count {
            let end = min(bytes.count, index + Int.random(in: 0...5000, using: &generator))
            hasher.update(bytes[index..<end])
            index = end
        }
        #expect(hasher.finish() == ContentDigest(hashing: bytes))
    }

    @Test func `texts and bytes are read back`() throws {
        let digest = ContentDigest(hashing: "abc")
        #expect(ContentDigest(hex: abc) == digest)
        #expect(ContentDigest(hex: abc.uppercased()) == digest)
        #expect(ContentDigest(text: digest.description) == digest)
        #expect(ContentDigest(bytes: digest.bytes) == digest)
        #expect(try JSONValue(encoding: digest) == .string("sha256:\(abc)"))
        #expect(try JSONValue(encoding: digest).decode(ContentDigest.self, field: "d") == digest)
    }

    @Test func `other texts are no digests`() {
        for text in ["", "abc", String(abc.dropLast()), abc + "0", String(abc.dropLast()) + "g"] {
            #expect(ContentDigest(hex: text) == nil)
            #expect(ContentDigest(text: "sha256:" + text) == nil)
        }
        #expect(ContentDigest(text: abc) == nil)
        #expect(ContentDigest(text: "sha512:" + abc) == nil)
        #expect(ContentDigest(bytes: [1, 2, 3]) == nil)
    }

    @Test func `the order is that of the text`() {
        let digests = (0..<50).map { ContentDigest(hashing: "\($0)") }
        #expect(digests.sorted().map(\.hex) == digests.map(\.hex).sorted())
    }
}
