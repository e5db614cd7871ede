@_spi(HostTesting) package import HostRuntime
package import Model

/// Carries plans out the simplest way, to test planning without an executor: no undo, no batches, one operation after
/// another.
package struct PlanInterpreter {
    private let host: SimulatedHost
    private var texts: [ContentDigest: [UInt8]] = [:]

    /// Takes the host and all texts that declarations may name.
    package init(_ host: SimulatedHost, texts: [String]) {
        self.host = host
        for text in texts { self.texts[ContentDigest(hashing: text)] = Array(text.utf8) }
    }

    /// Applies every operation of a plan in order.
    package func apply(_ plan: Plan) throws(HostError) {
        for change in plan.changes {
            for operation in change.operations { try apply(operation) }
        }
    }

    private func apply(_ operation: Operation) throws(HostError) {
        let temporary = TemporaryName.prefix + "0-0"
        switch operation {
        case .writeFile(let path, let content, let metadata):
            let bytes = texts[content.digest] ?? []
            precondition(Int64(bytes.count) == content.size, "the test knows no text of the declared digest")
            try host.prepareFile(
                temporary, beside: path, metadata: metadata, size: content.size,
                content: { write throws(HostError) in try write(bytes) }, permit: .forTests())
            try place(temporary, at: path)
        case .makeSymlink(let path, let target, let metadata):
            try host.prepareSymlink(temporary, beside: path, target: target, metadata: metadata, permit: .forTests())
            try place(temporary, at: path)
        case .setMetadata(let path, let metadata):
            try host.setMetadata(path, metadata, permit: .forTests())
        case .remove(let path):
            try host.displace(path, to: temporary, permit: .forTests())
            try host.discard(temporary, beside: path, permit: .forTests())
        case .makeDirectory(let path, let metadata):
            try host.makeDirectory(path, metadata: metadata, permit: .forTests())
        case .unit(let name, let action):
            try host.perform(action, on: name, timeoutSeconds: 10, permit: .forTests())
        case .reloadUnitFiles:
            try host.reloadUnitFiles(permit: .forTests())
        }
    }

    private func place(_ temporary: String, at path: String) throws(HostError) {
        if try host.status(of: path) == nil {
            try host.install(temporary, as: path, permit: .forTests())
        } else {
            _ = try host.exchange(temporary, with: path, permit: .forTests())
            try host.discard(temporary, beside: path, permit: .forTests())
        }
    }
}
