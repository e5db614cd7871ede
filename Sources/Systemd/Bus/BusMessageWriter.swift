import CSystemd

/// Appends values to a message that has not been sent.
///
/// It borrows the message.
struct BusMessageWriter {
    let message: OpaquePointer

    /// Appends values in order.
    func append(_ values: [BusValue]) throws(SystemdError) {
        for value in values { try append(value) }
    }

    private func append(_ value: BusValue) throws(SystemdError) {
        switch value {
        case .byte(let number): try check(csystemd_append_byte(message, number), value)
        case .boolean(let truth): try check(csystemd_append_boolean(message, truth ? 1 : 0), value)
        case .int16(let number): try check(csystemd_append_int16(message, number), value)
        case .uint16(let number): try check(csystemd_append_uint16(message, number), value)
        case .int32(let number): try check(csystemd_append_int32(message, number), value)
        case .uint32(let number): try check(csystemd_append_uint32(message, number), value)
        case .int64(let number): try check(csystemd_append_int64(message, number), value)
        case .uint64(let number): try check(csystemd_append_uint64(message, number), value)
        case .double(let number): try check(csystemd_append_double(message, number), value)
        case .string(let text): try append(text, "s", value)
        case .objectPath(let text): try append(text, "o", value)
        case .signature(let text): try append(text, "g", value)
        case .bytes(let bytes): try append(bytes, value)
        case .array(let element, let elements): try append(elements, in: "a", element, value)
        case .structure(let members):
            try append(members, in: "r", members.map(\.typeSignature).joined(), value)
        case .entry(let key, let inner):
            try append([key, inner], in: "e", key.typeSignature + inner.typeSignature, value)
        case .variant(let inner): try append([inner], in: "v", inner.typeSignature, value)
        }
    }

    private func append(_ text: String, _ type: Unicode.Scalar, _ value: BusValue) throws(SystemdError) {
        // C would cut the text at the NUL, and the receiver would act on something else.
        guard !text.utf8.contains(0) else {
            throw SystemdError(.invalidArgument, "cannot send a text with a NUL byte over D-Bus")
        }
        try check(csystemd_append_text(message, CChar(bitPattern: UInt8(ascii: type)), text), value)
    }

    private func append(_ bytes: [UInt8], _ value: BusValue) throws(SystemdError) {
        let type = CChar(bitPattern: UInt8(ascii: "y"))
        // Safety: sd-bus copies the buffer within the call.
        let result = bytes.withUnsafeBytes { sd_bus_message_append_array(message, type, $0.baseAddress, $0.count) }
        try check(result, value)
    }

    private func append(
        _ values: [BusValue], in container: Unicode.Scalar, _ contents: String, _ value: BusValue
    ) throws(SystemdError) {
        let type = CChar(bitPattern: UInt8(ascii: container))
        // sd-bus would send it, and the receiver would drop the message or the connection.
        guard !contents.isEmpty, !contents.contains("()") else {
            throw SystemdError(.invalidArgument, "cannot send an empty structure over D-Bus")
        }
        try check(sd_bus_message_open_container(message, type, contents), value)
        try append(values)
        try check(sd_bus_message_close_container(message), value)
    }

    /// The value itself stays out of the message: it may be a secret.
    private func check(_ result: Int32, _ value: BusValue) throws(SystemdError) {
        guard result >= 0 else {
            throw SystemdError.of(
                result, code: .invalidArgument,
                "cannot put a D-Bus value of type '\(value.typeSignature)' into a message")
        }
    }
}
