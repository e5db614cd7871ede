package import HostRuntime
import Testing

/// What every host does: one case per promise of `HostReading` and `HostMutating`.
///
/// A case gets an empty `/work` on the host, mode 0755.
package struct HostConformance: Sendable, CustomTestStringConvertible {
    /// The promise, as a sentence.
    package let testDescription: String
    private let body: @Sendable (Bench) throws -> Void

    init(_ promise: String, _ body: @escaping @Sendable (Bench) throws -> Void) {
        testDescription = promise
        self.body = body
    }

    /// Tries the promise on a host.
    package func run(on host: any HostMutating, outside: any HostOutside) throws {
        outside.makeDirectory("/work")
        try body(Bench(host: host, outside: outside))
    }

    /// All promises.
    package static let cases = reading + preparing + naming + directories + metadata
}
