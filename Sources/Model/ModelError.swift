/// A value that does not fit the model.
public struct ModelError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, as an open set.
    public struct Code: Hashable, Sendable {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// A document or object does not fit its schema.
        public static let invalidObject = Code("invalidObject")
        /// Text is not what its format asks for.
        public static let invalidFormat = Code("invalidFormat")
        /// An input is larger than the stated bound.
        public static let tooLarge = Code("tooLarge")
        /// An input is nested deeper than the stated bound.
        public static let tooDeep = Code("tooDeep")
    }

    /// What went wrong.
    public let code: Code
    /// What was tried, on what, why it failed and what to do.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
