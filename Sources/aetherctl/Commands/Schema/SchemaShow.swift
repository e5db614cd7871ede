import ArgumentParser
import Model

/// `schema [KIND]`.
struct SchemaShow: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of a kind, or of all; needs no daemon.",
        discussion: "'aetherctl schema blueprint' is what editors want for a site repository.")

    @Argument(help: "The kind.", completion: KindText.completion)
    var kind: String?
    @Option(name: .shortAndLong, help: ArgumentHelp("How to print: json or yaml.", valueName: "format"))
    var output: OutputFormat = .json
    @OptionGroup var global: GlobalOptions

    func validate() throws { if let kind { _ = try KindText.parse(kind) } }

    func execute(_ console: Console) async throws -> CommandExit {
        let schema = try Self.schema(of: kind)
        try console.show(json: schema, as: output == .yaml ? .yaml : .json) { "" }
        return .fine
    }

    /// The schema of one kind, or one that allows every kind.
    static func schema(of kind: String?) throws -> JSONValue {
        if let kind { return SchemaExport.jsonSchema(try KindText.parse(kind).kind) ?? .null }
        let kinds = KindRegistry.descriptors.map { JSONValue.object(["$ref": .string("#/$defs/\($0.kind.rawValue)")]) }
        return .object([
            "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "AetherEdge objects",
            "anyOf": .array(kinds), "$defs": .object(SchemaExport.definitions(prefix: "#/$defs/")),
        ])
    }
}
