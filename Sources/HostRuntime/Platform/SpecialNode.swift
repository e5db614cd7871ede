public import LinuxIO

/// What it takes to make a FIFO, socket or device node again.
public struct SpecialNode: Codable, Sendable, Hashable {
    /// The type and permission bits, as in `st_mode`.
    public var mode: UInt32
    /// The device that a device node stands for, as in `st_rdev`; 0 for others.
    public var device: UInt64

    /// Makes a description.
    public init(mode: UInt32, device: UInt64) {
        self.mode = mode
        self.device = device
    }
}

extension SpecialNode {
    /// Describes a node by its type.
    init(_ type: FileType, permissions: UInt16, device: UInt64) {
        let bits: UInt32 =
            switch type {
            case .fifo: 0o010000
            case .characterDevice: 0o020000
            case .blockDevice: 0o060000
            case .socket: 0o140000
            case .regular, .directory, .symbolicLink, .unknown: 0
            }
        self.init(mode: bits | UInt32(permissions), device: device)
    }

    /// The type in the top bits of the mode.
    public var type: FileType {
        switch mode & 0o170000 {
        case 0o010000: .fifo
        case 0o020000: .characterDevice
        case 0o060000: .blockDevice
        case 0o140000: .socket
        default: .unknown
        }
    }

    /// The permission bits.
    public var permissions: UInt16 { UInt16(mode & 0o7777) }
}
