/// What a token is.
enum TokenKind: Sendable, Equatable {
    case endOfFile, identifier, number, string, rawString, templateStart, rawTemplateStart
    case leftBracket, rightBracket, leftBrace, rightBrace, leftParen, rightParen
    case comma, colon, semicolon, dot
    case assign, unify, equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    case plus, minus, star, slash, percent, and, or
    case illegal

    /// The name that messages use.
    var name: String {
        switch self {
        case .endOfFile: "eof"
        case .identifier: "identifier"
        case .number: "number"
        case .string, .rawString: "string"
        case .templateStart, .rawTemplateStart: "template-string"
        case .leftBracket: "["
        case .rightBracket: "]"
        case .leftBrace: "{"
        case .rightBrace: "}"
        case .leftParen: "("
        case .rightParen: ")"
        case .comma: ","
        case .colon: ":"
        case .semicolon: ";"
        case .dot: "."
        case .assign: "assign"
        case .unify: "eq"
        case .equal: "equal"
        case .notEqual: "neq"
        case .less: "lt"
        case .lessOrEqual: "lte"
        case .greater: "gt"
        case .greaterOrEqual: "gte"
        case .plus: "plus"
        case .minus: "minus"
        case .star: "mul"
        case .slash: "div"
        case .percent: "rem"
        case .and: "and"
        case .or: "or"
        case .illegal: "illegal"
        }
    }
}

/// A token with its place.
struct Token: Sendable {
    var kind: TokenKind
    var span: Span
    /// The name of an identifier, the text of a number, the value of a string.
    var text: String = ""
}
