/// `opa.runtime`, `trace` and `net.lookup_ip_addr`.
enum RuntimeBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("opa.runtime", [], .object(.string, .any), isNondeterministic: true, evaluate: runtime),
        BuiltinDeclaration("trace", [.string], .boolean, evaluate: trace),
        BuiltinDeclaration(
            "net.lookup_ip_addr", [.string], .set(.string), isNondeterministic: true, evaluate: lookup),
    ]

    static func runtime(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .object(context.world.runtime)
    }

    static func trace(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let note = try arguments.string(0)
        if context.isTracing {
            try context.charge(bytes: note.utf8Count)
            context.notes.append(note.string)
        }
        return true
    }

    static func lookup(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let name = try arguments.string(0)
        let key = RegoValue.array(["net.lookup_ip_addr", .string(name)])
        if let known = context.kept[key] { return known }
        guard let lookup = context.world.lookup else {
            throw BuiltinError("unallowed host: \(name)")
        }
        let addresses: [String]
        do {
            addresses = try lookup(name.string)
        } catch {
            throw BuiltinError("lookup \(name): \(error)")
        }
        let made = RegoValue.set(RegoSet(addresses.map { RegoValue($0) }))
        context.kept[key] = made
        return made
    }
}
