import Model
public import Store

/// Where declared bytes go while a site is compiled.
///
/// Two ways: into the content store, for a generation; or nowhere, when only their digests are wanted, as by
/// `aetherctl validate`.
public struct ContentSink: Sendable {
    /// Keeps many small blobs in one go and names each.
    let put: @Sendable ([[UInt8]]) throws -> [DeclaredContent]
    /// Keeps a stream of bytes and names it.
    // Safety: a chunk is valid only during the call that hands it over; both sinks use it at once.
    let stream:
        @Sendable (_ produce: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws -> DeclaredContent

    /// Keeps bytes in the content store.
    public static func store(_ content: ContentStore) -> ContentSink {
        ContentSink(
            put: { try content.put(all: $0) },
            stream: { produce in
                var writer = content.writer()
                try produce { try writer.append($0) }
                return try writer.finish()
            })
    }

    /// Keeps nothing.
    public static let digests = ContentSink(
        put: { blobs in blobs.map { DeclaredContent(digest: ContentDigest(hashing: $0), size: Int64($0.count)) } },
        stream: { produce in
            var hasher = ContentHasher()
            var size: Int64 = 0
            try produce { chunk in
                hasher.update(chunk)
                size += Int64(chunk.count)
            }
            return DeclaredContent(digest: hasher.finish(), size: size)
        })
}
