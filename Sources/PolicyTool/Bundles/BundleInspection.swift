public import Rego

/// What a bundle or a module holds, as `opa inspect` tells it.
public struct BundleInspection: Sendable {
    private let manifest: BundleManifest
    private let signatures: RegoValue
    /// The files that add to each place of `data`.
    private var namespaces: [String: [String]] = [:]
    private var annotations: [RegoAnnotation] = []

    /// Reads a bundle, or one module.
    public static func of(
        _ path: String, version: RegoVersion = .v1, ignored: [String] = [],
        verification: BundleVerification? = nil
    ) throws(PolicyProblem) -> BundleInspection {
        try DeepThread.run { () -> Result<BundleInspection, PolicyProblem> in
            Result { () throws(PolicyProblem) -> BundleInspection in
                let loader = PolicyLoader(version: version, ignored: ignored)
                let path = PolicyLoader.withoutScheme(path)
                if path.hasSuffix(".rego"), try !PolicyFile.isDirectory(path) {
                    return try BundleInspection(loader.parse(try PolicyFile.bytes(of: path), path), path)
                }
                return BundleInspection(try PolicyBundle(at: path, loader, verification))
            }
        }.get()
    }

    private init(_ module: RegoModule, _ path: String) {
        manifest = BundleManifest()
        signatures = .object(RegoObject())
        namespaces[module.packagePath.joined(separator: ".")] = [path]
        annotations = module.annotationList
    }

    private init(_ bundle: PolicyBundle) {
        manifest = bundle.manifest
        let signed = bundle.files.first { $0.path == BundleSignature.path }
        signatures = signed.flatMap { try? RegoValue(json: $0.bytes) } ?? .object(RegoObject())
        for (file, module) in bundle.modules {
            namespaces[module.packagePath.joined(separator: "."), default: []].append("/" + file.path)
            annotations += module.annotationList
        }
        for document in bundle.documents {
            namespaces[(["data"] + document.keys).joined(separator: "."), default: []].append(
                "/" + document.file.path)
        }
    }

    /// The report as JSON.
    public func json(annotations isAnnotated: Bool) -> String {
        var object = RegoObject()
        object.insert("manifest", manifest.value)
        object.insert("signatures_config", signatures)
        let places = namespaces.map { entry in
            (
                key: RegoValue(entry.key),
                value: RegoValue.array(RegoArray(entry.value.map { RegoValue($0) }))
            )
        }
        object.insert("namespaces", .object(RegoObject(places)))
        if isAnnotated, !annotations.isEmpty {
            object.insert("annotations", .array(RegoArray(annotations.map(Self.value))))
        }
        return RegoValue.object(object).json(indent: "  ") + "\n"
    }

    /// The report for people.
    public func text(annotations isAnnotated: Bool) -> String {
        var output = ""
        var fields: [[String]] = []
        if !manifest.revision.isEmpty { fields.append(["Revision", manifest.revision]) }
        if let version = manifest.version { fields.append(["Rego Version", String(version)]) }
        for (index, root) in manifest.roots.sorted().enumerated() where !root.isEmpty {
            fields.append([index == 0 ? "Roots" : "", root])
        }
        if let metadata = manifest.metadata { fields.append(["Metadata", metadata.json]) }
        if !fields.isEmpty {
            output += "MANIFEST:\n" + BoxTable(header: ["FIELD", "VALUE"], rows: fields).text
        }
        let rows = namespaces.sorted { $0.key < $1.key }.flatMap { entry in
            entry.value.sorted().enumerated().map { [$0.offset == 0 ? entry.key : "", $0.element] }
        }
        if !rows.isEmpty {
            output += "NAMESPACES:\n" + BoxTable(header: ["NAMESPACE", "FILE"], rows: rows).text
        }
        if isAnnotated, !annotations.isEmpty {
            output += "ANNOTATIONS:\n" + annotations.map(Self.text).joined(separator: "\n")
        }
        return output
    }

    private static func value(_ annotation: RegoAnnotation) -> RegoValue {
        let path = annotation.path.enumerated().map { index, name -> RegoValue in
            ["type": index == 0 ? "var" : "string", "value": RegoValue(name)]
        }
        return [
            "annotations": .object(annotation.fields), "path": .array(RegoArray(path)),
            "location": [
                "file": RegoValue(annotation.location.file), "row": RegoValue(annotation.location.row),
                "col": RegoValue(annotation.location.column),
            ],
        ]
    }

    private static func text(_ annotation: RegoAnnotation) -> String {
        let path = annotation.path.joined(separator: ".")
        let title = annotation.fields["title"]?.string ?? path
        var output = "\(title)\n\(String(repeating: "=", count: title.count))\n\n"
        if let description = annotation.fields["description"]?.string { output += description + "\n\n" }
        output += "\(annotation.fields["scope"]?.string == "package" ? "Package:" : "Path:")  \(path)\n"
        output += "Scope: \(annotation.fields["scope"]?.string ?? "rule")\n"
        output += "Location: \(annotation.location.file):\(annotation.location.row)\n"
        for name in [
            "organizations", "authors", "related_resources", "schemas", "custom", "entrypoint",
        ] {
            if let value = annotation.fields[name] { output += "\(name): \(value.json)\n" }
        }
        return output
    }
}
