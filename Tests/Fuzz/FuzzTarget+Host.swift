import CSystemd
import Glibc

@testable import LinuxIO
@testable import Systemd

extension FuzzTarget {
    /// Text that the kernel and the host's accounts give: passwd, group, mountinfo, cgroup, status, stat, arguments.
    static let host = FuzzTarget(name: "host") { input in
        let text = String(decoding: input, as: UTF8.self)
        _ = AccountTable(parsing: input)
        for mount in MountInformation.parse(text) { _ = mount.isReadOnly }
        if let path = ControlGroup.path(inTable: text) {
            _ = ControlGroup.unit(inPath: path)
            _ = ControlGroup.session(inPath: path)
        }
        _ = ControlGroup.unit(inPath: text)
        _ = ControlGroup.session(inPath: text)
        _ = ProcessStat(text)
        _ = ProcessStatus(text)
        _ = ProcessInformation.parseArguments(input)
    }

    /// Records that the kernel fills in: fanotify, inotify, directories.
    static let kernel = FuzzTarget(name: "kernel") { input in
        input.withUnsafeBytes { buffer in
            _ = FanotifyParser.parse(buffer)
            _ = InotifyParser.parse(buffer)
            _ = DirectoryListing.parse(buffer) { !$0.name.isEmpty }
        }
        _ = FileName.isValid(input)
    }

    /// Names and files of units, and the fields of journal entries.
    static let unit = FuzzTarget(name: "unit") { input in
        let texts = input.texts(2)
        let bytes = input.filter { $0 != 0 }
        if !bytes.isEmpty {
            let escaped = systemdEscape(bytes: bytes)
            try FuzzFinding.require(try systemdUnescapeBytes(escaped) == bytes, "an escape is not undone")
        }
        _ = try? systemdUnescape(path: texts[0])
        if let path = try? systemdEscape(path: texts[0]) { _ = try systemdUnescape(path: path) }
        if let name = try? UnitName(texts[0]) {
            try FuzzFinding.require(try UnitName(objectPath: name.objectPath) == name, "a unit's path is not its own")
        }
        _ = try? UnitName(objectPath: texts[0])
        _ = InstallSection(parsing: input)
        let writer = JournalWriter(identifier: "fuzz", valueSizeMaximum: 64)
        guard let lines = try? writer.lines(of: [(name: texts[0], value: texts[1])]) else { return }
        for line in lines {
            try FuzzFinding.require(
                String(validating: line, as: UTF8.self) != nil && line.count <= 256 + 64, "a field is not whole")
        }
    }

    /// Messages on a bus, from the wire to values: a signature, NUL, the body; or, after a 0xff, a whole message.
    static let bus = FuzzTarget(name: "bus") { input in
        var ends: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &ends) == 0 else {
            return
        }
        defer { close(ends[1]) }
        // Safety: the bus is made, used and let go within this function, and takes over its end of the pair.
        var bus: OpaquePointer?
        guard sd_bus_new(&bus) >= 0, let bus else { return }
        defer { sd_bus_close_unref(bus) }
        guard sd_bus_set_fd(bus, ends[0], ends[0]) >= 0, sd_bus_start(bus) >= 0 else { return }
        let greeting = Array("OK 0123456789abcdef0123456789abcdef\r\nAGREE_UNIX_FD\r\n".utf8)
        let bytes = greeting + message(input)
        _ = bytes.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) }
        shutdown(ends[1], Int32(SHUT_WR))
        for _ in 0..<8 {
            // Safety: the message is owned here and read before it is let go.
            var found: OpaquePointer?
            guard sd_bus_process(bus, &found) >= 0 else { return }
            guard let found else { continue }
            defer { sd_bus_message_unref(found) }
            _ = try? BusMessageReader(message: found).values()
            sd_bus_message_rewind(found, 1)
            _ = try? BusMessageReader(message: found).properties(["ActiveState", "Id"])
        }
    }

    /// A signal whose body is that of the input.
    private static func message(_ input: [UInt8]) -> [UInt8] {
        if input.first == 0xff { return Array(input.dropFirst()) }
        let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        let signature = Array(parts[0].prefix(200))
        let body = parts.count > 1 ? Array(parts[1]) : []
        var fields: [UInt8] = []
        func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        func pad() { while fields.count % 8 != 0 { fields.append(0) } }
        for (code, type, text) in [(1, "o", "/a"), (2, "s", "a.b"), (3, "s", "C")] {
            pad()
            fields += [UInt8(code), 1] + Array(type.utf8) + [0] + number(text.utf8.count) + Array(text.utf8) + [0]
        }
        pad()
        fields += [8, 1, UInt8(ascii: "g"), 0, UInt8(signature.count)] + signature + [0]
        let head: [UInt8] = [UInt8(ascii: "l"), 4, 0, 1] + number(body.count) + number(1) + number(fields.count)
        pad()
        return head + fields + body
    }
}
