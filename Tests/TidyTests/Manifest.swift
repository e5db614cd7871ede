/// What Package.swift declares, read from its text: asking SwiftPM would take seconds.
struct Manifest {
    struct Target {
        enum Kind: String, CaseIterable {
            case library = ".target"
            case executable = ".executableTarget"
            case system = ".systemLibrary"
            case test = ".testTarget"
        }

        let name: String
        let kind: Kind
        let path: String
        /// The modules it may import: targets by name, and products by the name of their module.
        let dependencies: [String]
        let line: Int
    }

    /// In the order of the file, which is bottom-up.
    let targets: [Target]

    init(_ text: String) {
        let source = SourceText(path: "Package.swift", text)
        var products: [String: String] = [:]
        for offset in source.occurrences(of: "let") {
            let name = source.identifier(at: source.skippingSpace(from: offset + 3))
            let line = source.line(of: offset)
            let end = line < source.lineStarts.count ? source.lineStarts[line] : source.bytes.count
            if source.text(offset..<end).contains(".product("),
                let product = source.literal(of: "name:", in: offset..<end)
            {
                products[name] = product
            }
        }
        var found: [(offset: Int, target: Target)] = []
        for kind in Target.Kind.allCases {
            for offset in source.occurrences(of: kind.rawValue) {
                let open = offset + kind.rawValue.utf8.count
                guard source.code[open] == UInt8(ascii: "(") else { continue }
                let call = open..<source.closing(of: open)
                guard let name = source.literal(of: "name:", in: call) else { continue }
                let folder = kind == .test ? "Tests" : "Sources"
                let target = Target(
                    name: name, kind: kind, path: source.literal(of: "path:", in: call) ?? "\(folder)/\(name)",
                    dependencies: source.elements(of: "dependencies:", in: call).map { products[$0] ?? $0 },
                    line: source.line(of: offset))
                found.append((offset, target))
            }
        }
        targets = found.sorted { $0.offset < $1.offset }.map(\.target)
    }

    /// The target whose folder holds a path.
    func target(of path: String) -> Target? {
        targets.filter { path.hasPrefix($0.path + "/") }.max { $0.path.utf8.count < $1.path.utf8.count }
    }
}

extension SourceText {
    /// The string literal behind a label in a range.
    fileprivate func literal(of label: String, in range: Range<Int>) -> String? {
        guard let offset = occurrences(of: label).first(where: range.contains) else { return nil }
        let open = skippingSpace(from: offset + label.utf8.count)
        guard code[open] == UInt8(ascii: "\"") else { return nil }
        return literal(at: open)
    }

    /// The elements of the array behind a label in a range: the content of literals, and identifiers.
    fileprivate func elements(of label: String, in range: Range<Int>) -> [String] {
        guard let offset = occurrences(of: label).first(where: range.contains) else { return [] }
        let open = skippingSpace(from: offset + label.utf8.count)
        guard code[open] == UInt8(ascii: "[") else { return [] }
        let end = closing(of: open) - 1
        var elements: [String] = []
        var position = open + 1
        while position < end {
            if code[position] == UInt8(ascii: "\"") {
                let element = literal(at: position)
                elements.append(element)
                position += element.utf8.count + 2
            } else if isIdentifier(code[position]) {
                let element = identifier(at: position)
                elements.append(element)
                position += element.utf8.count
            } else {
                position += 1
            }
        }
        return elements
    }

    private func literal(at quote: Int) -> String {
        let content = bytes[(quote + 1)...].prefix { $0 != UInt8(ascii: "\"") }
        return String(decoding: content, as: UTF8.self)
    }
}
