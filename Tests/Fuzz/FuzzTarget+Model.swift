import Model

extension FuzzTarget {
    /// YAML to documents, blueprints and objects.
    static let yaml = FuzzTarget(name: "yaml") { input in
        let stream = YAMLStream(parsing: input, file: "fuzz.yaml")
        for document in stream.documents {
            _ = SiteDocument(document, file: "fuzz.yaml")
            let (blueprint, findings) = BlueprintDocument.read(document, file: "fuzz.yaml")
            try FuzzFinding.require(blueprint != nil || !findings.isEmpty, "a refused blueprint has no findings")
            guard let object = try? APIObject(json: document.json) else { continue }
            _ = BlueprintDocument.read(object)
            // What is read is written and read again as it is.
            try FuzzFinding.require(try APIObject(json: object.json) == object, "an object does not survive its JSON")
        }
        for diagnostic in stream.diagnostics {
            try FuzzFinding.require(!diagnostic.message.isEmpty, "a diagnostic says nothing")
        }
    }

    /// JSON text to values and back.
    static let json = FuzzTarget(name: "json") { input in
        guard let value = try? JSONValue(parsing: input) else { return }
        let bytes = value.canonicalBytes
        let again = try JSONValue(parsing: bytes)
        try FuzzFinding.require(again.canonicalBytes == bytes, "canonical JSON is not stable")
        _ = try? APIObject(json: value)
    }

    /// JSON patches and merge patches: a document, NUL, a patch.
    static let patch = FuzzTarget(name: "patch") { input in
        let texts = input.texts(2)
        guard let document = try? JSONValue(parsing: texts[0]), let patch = try? JSONValue(parsing: texts[1]) else {
            return
        }
        let merged = document.merging(patch)
        try FuzzFinding.require(merged.merging(patch) == merged, "a merge patch changes something when applied twice")
        guard let operations = try? JSONPatch(json: patch) else { return }
        if let patched = try? operations.applied(to: document) { _ = patched.canonicalBytes }
    }

    /// Apply: an object as it is stored, NUL, what one manager applies, NUL, what another one applies.
    static let apply = FuzzTarget(name: "apply") { input in
        let texts = input.texts(3)
        guard let json = try? JSONValue(parsing: texts[0]), var stored = try? APIObject(json: json) else { return }
        for (index, text) in texts[1...2].enumerated() {
            guard let wanted = try? JSONValue(parsing: text) else { continue }
            let management = FieldManagement(FieldOwner(name: "fuzz\(index)", operation: .apply), at: nil)
            guard let (after, entries) = try? management.applying(wanted, to: stored, force: index == 1) else {
                continue
            }
            guard var object = try? APIObject(json: after) else { continue }
            object.metadata.managedFields = entries
            // An apply that is repeated changes nothing.
            if let (again, _) = try? management.applying(wanted, to: object, force: true) {
                try FuzzFinding.require(
                    Self.withoutManagers(again) == Self.withoutManagers(try object.json),
                    "an apply changes something when repeated")
            }
            stored = object
        }
    }

    /// Selectors, JSON pointers, versions, times and names, as queries and metadata have them.
    static let selector = FuzzTarget(name: "selector") { input in
        let texts = input.texts(2)
        let labels = ["app": "web", "tier": texts[1], "": ""]
        if let selector = try? LabelSelector(parsing: texts[0]) { _ = selector.matches(labels) }
        if let selector = try? FieldSelector(parsing: texts[0]) {
            _ = selector.matches(json: ["metadata": ["name": .string(texts[1])], "spec": ["mode": "enforce"]])
        }
        if let pointer = try? JSONPointer(parsing: texts[0]) { _ = try? JSONValue.object([:]).value(at: pointer) }
        _ = ResourceVersion(text: texts[0])
        if let time = WallTime(text: texts[0]) {
            let text = time.microsecondText
            try FuzzFinding.require(WallTime(text: text)?.microsecondText == text, "a time does not survive its text")
        }
        for id in [ResourceID(anyForm: texts[0]), ResourceID(name: texts[0])] {
            guard let id else { continue }
            try FuzzFinding.require(ResourceID(name: id.name) == id, "a resource does not survive its name")
        }
        _ = FieldElement(text: texts[0])
    }

    private static func withoutManagers(_ json: JSONValue) -> JSONValue {
        json.merging(["metadata": ["managedFields": .null]])
    }
}
