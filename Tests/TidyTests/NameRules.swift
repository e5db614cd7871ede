/// Words that say nothing about what a type or a file is.
private let emptyWords: Set<String> = [
    "Util", "Utils", "Utility", "Utilities", "Helper", "Helpers", "Common", "Misc", "Manager", "Impl", "Base",
]

/// Names with such a word that say what they are, each with who says so.
private let knownNames = [
    "SystemManager": "systemd's own name for what its D-Bus interface Manager drives",
    "ControllerManager": "the one that DESIGN.md and controller-runtime know by this name",
]

@Sendable func bannedNames(_ source: SourceText) -> [Finding] {
    guard source.path.hasSuffix(".swift") else { return [] }
    var findings: [Finding] = []
    let file = source.path.split(separator: "/").last.map { String($0.dropLast(".swift".count)) } ?? ""
    for part in file.split(separator: "+") where knownNames[String(part)] == nil {
        if let word = words(of: String(part)).first(where: emptyWords.contains) {
            findings.append(source.finding(.name, at: 0, "'\(word)' in the file's name; say what it holds"))
        }
    }
    for declaration in source.typeDeclarations() where knownNames[declaration.name] == nil {
        if let word = words(of: declaration.name).first(where: emptyWords.contains) {
            let message = "'\(word)' in '\(declaration.name)'; say what it is"
            findings.append(source.finding(.name, at: declaration.offset, message))
        }
    }
    for offset in source.occurrences(of: "func") {
        let name = source.identifier(at: source.skippingSpace(from: offset + 4))
        if words(of: name).first == "get", name != "get" {
            findings.append(source.finding(.name, at: offset, "'\(name)'; name it for what it returns, without 'get'"))
        }
    }
    return findings
}

@Sendable func extensionFiles(_ source: SourceText) -> [Finding] {
    let file = source.path.split(separator: "/").last ?? ""
    let parts = file.split(separator: "+")
    guard parts.count == 2, file.hasSuffix(".swift") else { return [] }
    let type = String(parts[0])
    let isExtended = source.occurrences(of: "extension").contains { offset in
        let name = source.identifier(at: source.skippingSpace(from: offset + 9))
        return name == type || name.hasSuffix("." + type) || name.hasPrefix(type + ".")
    }
    return isExtended
        ? [] : [source.finding(.extensionFile, at: 0, "no extension of '\(type)' in it; name it for what it holds")]
}

@Sendable func testNames(_ source: SourceText) -> [Finding] {
    let functions = source.occurrences(of: "func")
    return source.occurrences(of: "@Test").compactMap { offset in
        guard let function = functions.first(where: { $0 > offset }) else { return nil }
        let isSentence = source.code[source.skippingSpace(from: function + 4)] == UInt8(ascii: "`")
        return isSentence ? nil : source.finding(.testName, at: offset, "name it with a sentence in backticks")
    }
}

/// The words of a name in camel case.
func words(of name: String) -> [String] {
    var words: [String] = []
    for character in name {
        if character.isUppercase || words.isEmpty { words.append("") }
        words[words.count - 1].append(character)
    }
    return words
}

extension SourceText {
    struct Declaration {
        let name: String
        let offset: Int
    }

    /// The types that the file declares, with where.
    func typeDeclarations() -> [Declaration] {
        ["struct", "class", "enum", "actor", "protocol", "typealias"].flatMap { keyword in
            occurrences(of: keyword).compactMap { offset -> Declaration? in
                let name = identifier(at: skippingSpace(from: offset + keyword.utf8.count))
                guard let first = name.first, first.isUppercase else { return nil }
                return Declaration(name: name, offset: offset)
            }
        }
    }
}
