/// All functions of Rego that are written in Swift.
public enum Builtins {
    /// The declarations by name, made at first use.
    public static let all: [String: BuiltinDeclaration] = {
        var all: [String: BuiltinDeclaration] = [:]
        for family in families {
            for declaration in family { all[declaration.name] = declaration }
        }
        return all
    }()

    private static var families: [[BuiltinDeclaration]] {
        [
            ComparisonBuiltins.declarations, ArithmeticBuiltins.declarations, BitBuiltins.declarations,
            NumberBuiltins.declarations, AggregateBuiltins.declarations, SetBuiltins.declarations,
            ArrayBuiltins.declarations, ObjectBuiltins.declarations, TypeBuiltins.declarations,
            StringBuiltins.declarations, TrimBuiltins.declarations, RegexBuiltins.declarations,
            GlobBuiltins.declarations, EncodingBuiltins.declarations, JSONBuiltins.declarations,
            JSONPathBuiltins.declarations, YAMLBuiltins.declarations, UnitBuiltins.declarations,
            IdentityBuiltins.declarations, GraphBuiltins.declarations, RuntimeBuiltins.declarations,
            CIDRBuiltins.declarations, URIBuiltins.declarations, TimeBuiltins.declarations, DigestBuiltins.declarations,
            X509Builtins.declarations, TokenBuiltins.declarations, GraphQLBuiltins.declarations,
            SchemaBuiltins.declarations, HTTPBuiltins.declarations, AWSBuiltins.declarations,
            TemplateBuiltins.declarations, LanguageBuiltins.declarations,
        ]
    }
}
