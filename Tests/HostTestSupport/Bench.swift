@_spi(HostTesting) import HostRuntime
import Model
import Testing

/// A host on the bench, with shorthands for what cases do often.
struct Bench {
    let host: any HostMutating
    let outside: any HostOutside

    /// Prepares a file of this text under a temporary name.
    func prepare(
        _ text: String, as temporary: String = ".aetheredge-1-0", beside path: String,
        _ metadata: FileMetadata = FileMetadata()
    ) throws(HostError) {
        let bytes = Array(text.utf8)
        try host.prepareFile(
            temporary, beside: path, metadata: metadata, size: Int64(bytes.count),
            content: { write throws(HostError) in try write(bytes) }, permit: .forTests())
    }

    /// Expects a call to fail with a code and a message that names the path.
    func expect(
        _ code: HostError.Code, naming path: String? = nil, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () throws -> Void
    ) {
        do {
            try body()
            Issue.record("nothing was thrown", sourceLocation: sourceLocation)
        } catch let error as HostError {
            #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
            if let path {
                #expect(error.message.contains("'\(path)'"), "\(error)", sourceLocation: sourceLocation)
            }
        } catch {
            Issue.record(error, sourceLocation: sourceLocation)
        }
    }
}
