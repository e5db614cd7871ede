/// `strings.render_template`.
enum TemplateBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("strings.render_template", [.string, .object(.string, .any)], .string, evaluate: render)
    ]

    static func render(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let template = try arguments.string(0)
        _ = try arguments.object(1)
        try context.charge(textOf: arguments[1])
        return .string(try TemplateRenderer.render(template, arguments[1].jsonValue, context))
    }
}
