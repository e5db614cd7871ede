/// Messages on operands that several families share.
enum Operands {
    static func floatingPoint(_ position: Int) -> BuiltinError {
        BuiltinError.operand(position, message: "must be integer number but got floating-point number")
    }
}

/// The arguments of a call, read with OPA's messages where one is of the wrong kind; positions count from 0.
extension [RegoValue] {
    func string(_ index: Int) throws(BuiltinError) -> RegoString {
        guard case .string(let string) = self[index] else {
            throw BuiltinError.operand(index + 1, self[index], "string")
        }
        return string
    }

    func number(_ index: Int) throws(BuiltinError) -> RegoNumber {
        guard case .number(let number) = self[index] else {
            throw BuiltinError.operand(index + 1, self[index], "number")
        }
        return number
    }

    /// A number written as an integer that fits.
    func integer(_ index: Int) throws(BuiltinError) -> Int {
        guard let value = try number(index).int else { throw Operands.floatingPoint(index + 1) }
        return value
    }

    func boolean(_ index: Int) throws(BuiltinError) -> Bool {
        guard case .bool(let value) = self[index] else {
            throw BuiltinError.operand(index + 1, self[index], "boolean")
        }
        return value
    }

    func array(_ index: Int) throws(BuiltinError) -> RegoArray {
        guard case .array(let array) = self[index] else {
            throw BuiltinError.operand(index + 1, self[index], "array")
        }
        return array
    }

    func object(_ index: Int) throws(BuiltinError) -> RegoObject {
        guard case .object(let object) = self[index] else {
            throw BuiltinError.operand(index + 1, self[index], "object")
        }
        return object
    }

    func set(_ index: Int) throws(BuiltinError) -> RegoSet {
        guard case .set(let set) = self[index] else {
            throw BuiltinError.operand(index + 1, self[index], "set")
        }
        return set
    }

    /// The elements of an array or of a set, in order.
    func collection(_ index: Int) throws(BuiltinError) -> ContiguousArray<RegoValue> {
        switch self[index] {
        case .array(let array): return array.elements
        case .set(let set): return set.sorted
        default: throw BuiltinError.operand(index + 1, self[index], "array", "set")
        }
    }

    /// The strings of an array or of a set, in order.
    func strings(_ index: Int) throws(BuiltinError) -> [RegoString] {
        var strings: [RegoString] = []
        for element in try collection(index) {
            guard case .string(let string) = element else {
                throw BuiltinError.element(index + 1, of: self[index], element, "string")
            }
            strings.append(string)
        }
        return strings
    }
}
