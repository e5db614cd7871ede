/// An open descriptor that values can share; closed with the last of them.
public final class SharedDescriptor: Sendable {
    private let descriptor: FileDescriptor

    /// Takes over a descriptor that nobody else closes.
    public init(owning rawValue: Int32) {
        descriptor = FileDescriptor(owning: rawValue)
    }

    /// The number of the descriptor.
    public var rawValue: Int32 { descriptor.rawValue }
}
