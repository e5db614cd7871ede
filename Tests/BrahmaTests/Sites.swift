import FoundationEssentials
import Model
import TestSupport

@testable import Brahma

/// Sites in temporary directories, compiled without a store.
enum Sites {
    static func compile(
        _ files: [String: String], denied: [DeniedTree] = [], facts: HostFacts = HostFacts(),
        now: (@Sendable () -> Duration)? = nil
    ) throws -> CompiledSite {
        try withTemporaryDirectory { directory in
            for (path, text) in files {
                let full = directory + "/" + path
                let parent = String(full[..<(full.lastIndex(of: "/") ?? full.startIndex)])
                try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
                try Data(text.utf8).write(to: URL(filePath: full))
            }
            return try SiteCompiler(denied: denied, sink: .digests, facts: facts, now: now)
                .compile(directory: directory)
        }
    }

    static func blueprint(_ name: String, _ resources: String, extra: String = "") -> String {
        """
        apiVersion: aetheredge.io/v1
        kind: Blueprint
        metadata: {name: \(name)}
        spec:
        \(extra)  resources:
        \(resources)

        """
    }
}
