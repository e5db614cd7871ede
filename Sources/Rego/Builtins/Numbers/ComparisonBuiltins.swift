/// The six comparisons, on values of all kinds.
enum ComparisonBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("equal", [.any, .any], .boolean, infix: "==") { .bool($1[0] == $1[1]) },
        BuiltinDeclaration("neq", [.any, .any], .boolean, infix: "!=") { .bool($1[0] != $1[1]) },
        BuiltinDeclaration("lt", [.any, .any], .boolean, infix: "<") { .bool($1[0].order($1[1]) < 0) },
        BuiltinDeclaration("lte", [.any, .any], .boolean, infix: "<=") { .bool($1[0].order($1[1]) <= 0) },
        BuiltinDeclaration("gt", [.any, .any], .boolean, infix: ">") { .bool($1[0].order($1[1]) > 0) },
        BuiltinDeclaration("gte", [.any, .any], .boolean, infix: ">=") { .bool($1[0].order($1[1]) >= 0) },
    ]
}
