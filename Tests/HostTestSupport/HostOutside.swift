package import HostRuntime
import Model

/// What others than the daemon do to a host under test.
package protocol HostOutside: Sendable {
    /// Writes a file in place, or makes it.
    func write(_ path: String, _ bytes: [UInt8])
    /// Makes a directory.
    func makeDirectory(_ path: String)
    /// Makes a symbolic link.
    func makeSymlink(_ path: String, to target: String)
    /// Makes a FIFO.
    func makeFIFO(_ path: String)
    /// Sets the permission bits.
    func setMode(_ path: String, _ mode: UInt16)
    /// Sets an extended attribute and answers whether the host keeps such.
    func setAttribute(_ path: String, _ name: String, _ value: [UInt8]) -> Bool
    /// The bytes of a file; nil when there is none.
    func bytes(of path: String) -> [UInt8]?
}

extension HostOutside {
    /// Writes text.
    package func write(_ path: String, _ text: String) { write(path, Array(text.utf8)) }
    /// The text of a file.
    package func text(of path: String) -> String? { bytes(of: path).map { String(decoding: $0, as: UTF8.self) } }
}

/// Others on a simulated host.
package struct SimulatedOutside: HostOutside {
    private let host: SimulatedHost

    /// Takes the host.
    package init(_ host: SimulatedHost) { self.host = host }

    /// Writes a file.
    package func write(_ path: String, _ bytes: [UInt8]) { host.write(path, bytes) }
    /// Makes a directory.
    package func makeDirectory(_ path: String) { host.place(directory: path) }
    /// Makes a link.
    package func makeSymlink(_ path: String, to target: String) { host.place(symlink: path, to: target) }
    /// Makes a FIFO.
    package func makeFIFO(_ path: String) { host.place(special: path, SpecialNode(mode: 0o010644, device: 0)) }
    /// Sets the mode.
    package func setMode(_ path: String, _ mode: UInt16) { host.change(path, FileMetadata(mode: mode)) }
    /// Sets an attribute.
    package func setAttribute(_ path: String, _ name: String, _ value: [UInt8]) -> Bool {
        host.setAttribute(path, name, value)
        return true
    }
    /// The bytes.
    package func bytes(of path: String) -> [UInt8]? { host.bytes(of: path) }
}
