import Model
import Testing

@testable import HostRuntime

@Suite struct RecentContentTests {
    @Test func `only the last small content is known, by its digest`() {
        let recent = RecentContent()
        let (small, large) = (Array("a".utf8), [UInt8](repeating: 1, count: 1 << 20))
        recent.keep(small, of: ContentDigest(hashing: small))
        #expect(recent.bytes(of: ContentDigest(hashing: small)) == small)
        #expect(recent.bytes(of: ContentDigest(hashing: "b")) == nil)
        recent.keep(large, of: ContentDigest(hashing: large))
        #expect(recent.bytes(of: ContentDigest(hashing: large)) == nil)
        recent.keep([], of: ContentDigest(hashing: ""))
        #expect(recent.bytes(of: ContentDigest(hashing: "")) == [])
        #expect(recent.bytes(of: ContentDigest(hashing: small)) == nil)
    }
}
