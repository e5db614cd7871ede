import CSystemd
import Glibc

/// Reads the body of a message.
///
/// It borrows the message and must not leave the callback that gave it.
struct BusMessageReader {
    let message: OpaquePointer

    /// Every remaining argument.
    func values() throws(SystemdError) -> [BusValue] {
        var values: [BusValue] = []
        while let value = try nextValue() { values.append(value) }
        return values
    }

    /// The next value of any type; nil at the end of the container or the message.
    func nextValue() throws(SystemdError) -> BusValue? {
        var type: CChar = 0
        // Safety: sd-bus keeps the contents for as long as the container is open, which is where they are used.
        var contents: UnsafePointer<CChar>?
        guard try check(sd_bus_message_peek_type(message, &type, &contents)) > 0 else { return nil }
        return switch UInt8(bitPattern: type) {
        case UInt8(ascii: "s"): .string(try text(type))
        case UInt8(ascii: "o"): .objectPath(try text(type))
        case UInt8(ascii: "g"): .signature(try text(type))
        case UInt8(ascii: "v"): try variant(contents)
        case UInt8(ascii: "a"): try array(of: contents)
        case UInt8(ascii: "r"):
            .structure(try inside(type, contents) { reader throws(SystemdError) in try reader.values() })
        case UInt8(ascii: "e"): try entry(contents)
        default: try number(type)
        }
    }

    /// A string, an object path or a signature, whichever `type` is.
    func text(_ type: Character) throws(SystemdError) -> String {
        guard let code = type.asciiValue else { throw invalid() }
        return try text(CChar(bitPattern: code))
    }

    /// A boolean.
    func boolean() throws(SystemdError) -> Bool {
        try read(Int32(0), csystemd_read_boolean) != 0
    }

    /// Those entries of an `a{sv}` whose keys are wanted, without building the others.
    func properties(_ wanted: Set<String>) throws(SystemdError) -> [String: BusValue] {
        var properties: [String: BusValue] = [:]
        try check(sd_bus_message_enter_container(message, CChar(bitPattern: UInt8(ascii: "a")), "{sv}"))
        while try check(sd_bus_message_enter_container(message, CChar(bitPattern: UInt8(ascii: "e")), "sv")) > 0 {
            let name = try text("s")
            if wanted.contains(name) {
                guard case .variant(let value)? = try nextValue() else { throw invalid() }
                properties[name] = value
            } else {
                try check(sd_bus_message_skip(message, "v"))
            }
            try check(sd_bus_message_exit_container(message))
        }
        try check(sd_bus_message_exit_container(message))
        return properties
    }

    private func number(_ type: CChar) throws(SystemdError) -> BusValue {
        switch UInt8(bitPattern: type) {
        case UInt8(ascii: "y"): .byte(try read(0, csystemd_read_byte))
        case UInt8(ascii: "b"): .boolean(try boolean())
        case UInt8(ascii: "n"): .int16(try read(0, csystemd_read_int16))
        case UInt8(ascii: "q"): .uint16(try read(0, csystemd_read_uint16))
        case UInt8(ascii: "i"): .int32(try read(0, csystemd_read_int32))
        case UInt8(ascii: "u"): .uint32(try read(0, csystemd_read_uint32))
        case UInt8(ascii: "x"): .int64(try read(0, csystemd_read_int64))
        case UInt8(ascii: "t"): .uint64(try read(0, csystemd_read_uint64))
        case UInt8(ascii: "d"): .double(try read(0, csystemd_read_double))
        default: throw invalid()
        }
    }

    // Safety: the pointer is to a local variable and ends with the call.
    private func read<Number>(
        _ zero: Number, _ call: (OpaquePointer?, UnsafeMutablePointer<Number>?) -> Int32
    ) throws(SystemdError) -> Number {
        var number = zero
        guard try check(call(message, &number)) > 0 else { throw invalid() }
        return number
    }

    private func text(_ type: CChar) throws(SystemdError) -> String {
        // Safety: the text belongs to the message; it is copied before the message goes.
        var text: UnsafePointer<CChar>?
        guard try check(csystemd_read_text(message, type, &text)) > 0, let text else { throw invalid() }
        return String(cString: text)
    }

    // Safety: in this and the following, the contents are those that `nextValue` was shown.
    private func variant(_ contents: UnsafePointer<CChar>?) throws(SystemdError) -> BusValue {
        let values = try inside(CChar(bitPattern: UInt8(ascii: "v")), contents) { reader throws(SystemdError) in
            try reader.values()
        }
        guard let value = values.first, values.count == 1 else { throw invalid() }
        return .variant(value)
    }

    // Safety: as above.
    private func entry(_ contents: UnsafePointer<CChar>?) throws(SystemdError) -> BusValue {
        let values = try inside(CChar(bitPattern: UInt8(ascii: "e")), contents) { reader throws(SystemdError) in
            try reader.values()
        }
        guard values.count == 2 else { throw invalid() }
        return .entry(key: values[0], value: values[1])
    }

    // Safety: as above.
    private func array(of contents: UnsafePointer<CChar>?) throws(SystemdError) -> BusValue {
        guard let contents else { throw invalid() }
        let element = String(cString: contents)
        guard element == "y" else {
            let values = try inside(CChar(bitPattern: UInt8(ascii: "a")), contents) { reader throws(SystemdError) in
                try reader.values()
            }
            return .array(of: element, values)
        }
        // Safety: sd-bus owns the buffer for as long as the message lives; it is copied at once.
        var start: UnsafeRawPointer?
        var count = 0
        try check(sd_bus_message_read_array(message, CChar(bitPattern: UInt8(ascii: "y")), &start, &count))
        return .bytes(Array(UnsafeRawBufferPointer(start: start, count: count)))
    }

    private func inside<Value>(
        _ type: CChar, _ contents: UnsafePointer<CChar>?,
        _ body: (BusMessageReader) throws(SystemdError) -> Value
    ) throws(SystemdError) -> Value {
        try check(sd_bus_message_enter_container(message, type, contents))
        let value = try body(self)
        try check(sd_bus_message_exit_container(message))
        return value
    }

    @discardableResult
    private func check(_ result: Int32) throws(SystemdError) -> Int32 {
        guard result >= 0 else {
            throw SystemdError.of(result, code: .invalidReply, "cannot read a D-Bus message of type '\(signature)'")
        }
        return result
    }

    private func invalid() -> SystemdError {
        SystemdError(.invalidReply, "a D-Bus message of type '\(signature)' does not have the expected shape")
    }

    private var signature: String {
        sd_bus_message_get_signature(message, 1).map { String(cString: $0) } ?? ""
    }
}
