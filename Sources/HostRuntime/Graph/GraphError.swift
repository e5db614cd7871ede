public import Model

/// Declarations whose order makes no sense.
public struct GraphError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, as an open set.
    public struct Code: Hashable, Sendable {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// Resources come after one another in a circle.
        public static let cycle = Code("cycle")
        /// A reference names a resource that is not declared.
        public static let unknownReference = Code("unknownReference")
        /// A resource is declared twice.
        public static let duplicate = Code("duplicate")
        /// Two declarations cannot both hold.
        public static let conflict = Code("conflict")
    }

    /// One thing that is wrong.
    public struct Problem: Sendable, Hashable {
        /// What is wrong.
        public let code: Code
        /// What is wrong, with whom, and what to do.
        public let message: String
        /// Where the declaration at fault stands.
        public let position: SourcePosition
        /// The resources that take part, in the order of the message.
        public let resources: [ResourceID]

        /// Makes a problem.
        public init(_ code: Code, _ message: String, at position: SourcePosition, resources: [ResourceID]) {
            self.code = code
            self.message = message
            self.position = position
            self.resources = resources
        }
    }

    /// Everything that is wrong, at least one thing, in the order of the declarations and bounded.
    public let problems: [Problem]

    /// Makes an error.
    public init(_ problems: [Problem]) {
        precondition(!problems.isEmpty, "an error has a problem")
        self.problems = problems
    }

    /// The first problem, and how many there are besides it.
    public var description: String {
        let first = problems[0]
        let more = problems.count > 1 ? "; and \(problems.count - 1) more" : ""
        return "\(first.position.file):\(first.position.line):\(first.position.column): \(first.message)\(more)"
    }
}
