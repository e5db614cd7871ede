/// The path of a value within an object, as errors show it: `spec.resources[2].file`.
public struct FieldPath: Sendable, Hashable, CustomStringConvertible {
    /// A step from a value to one inside it.
    public enum Step: Sendable, Hashable {
        case member(String)
        case element(Int)
    }

    /// The steps from the root.
    public var steps: [Step]

    /// Makes a path; empty for the root.
    public init(_ steps: [Step] = []) { self.steps = steps }

    /// The path of a member of the value at this path.
    public func appending(_ member: String) -> FieldPath { FieldPath(steps + [.member(member)]) }

    /// The path of an element of the value at this path.
    public func appending(_ index: Int) -> FieldPath { FieldPath(steps + [.element(index)]) }

    /// The text, such as `spec.resources[2].file`.
    public var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .member(let name): text += text.isEmpty ? name : ".\(name)"
            case .element(let index): text += "[\(index)]"
            }
        }
        return text
    }

    init(field: String, codingPath: [any CodingKey]) {
        steps = field.isEmpty ? [] : [.member(field)]
        for key in codingPath {
            steps.append(key.intValue.map { .element($0) } ?? .member(key.stringValue))
        }
    }
}
