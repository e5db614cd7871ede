extension JSONValue {
    /// Parses JSON text; throws `.invalidFormat` with line and column, `.tooLarge` or `.tooDeep`.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(ModelError) {
        var parser = JSONParser(bytes, limits: limits)
        self = try parser.parse()
    }

    /// Parses JSON text; throws `.invalidFormat` with line and column, `.tooLarge` or `.tooDeep`.
    public init(parsing text: String, limits: JSONLimits = .standard) throws(ModelError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }

    /// Parses JSON text whose objects may have a member twice, of which the last counts, and says which those are.
    public static func parsing(
        tolerantly bytes: [UInt8], limits: JSONLimits = .standard
    ) throws(ModelError) -> (value: JSONValue, duplicates: [FieldPath]) {
        var parser = JSONParser(bytes, limits: limits, toleratesDuplicates: true)
        return (try parser.parse(), parser.duplicates)
    }

    /// The value of a number: an integer where it is exactly one, so that equal numbers are equal values; null where it
    /// is not finite, as JSON has no word for it.
    public init(exactly number: Double) {
        if let integer = Int64(exactly: number) {
            self = .integer(integer)
        } else {
            self = number.isFinite ? .number(number) : .null
        }
    }

    /// The one compact text of the value: members sorted by their bytes, no spaces.
    public var canonicalBytes: [UInt8] {
        var writer = JSONWriter(isPretty: false)
        writer.write(self)
        return writer.bytes
    }

    /// Appends the canonical text of a string, for texts of thousands that are written down directly.
    public static func append(canonical string: String, to bytes: inout [UInt8]) {
        // Taken out while it is written to: a second reference would make it a copy.
        var writer = JSONWriter(isPretty: false)
        swap(&writer.bytes, &bytes)
        writer.write(string: string)
        swap(&writer.bytes, &bytes)
    }

    /// The canonical text as a string.
    public var canonicalText: String { String(decoding: canonicalBytes, as: UTF8.self) }

    /// The text for people: members sorted, two spaces of indentation, no newline at the end.
    public var prettyText: String {
        var writer = JSONWriter(isPretty: true)
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
