/// The tracked files and the manifest, for the rules that look at more than one file.
struct Project {
    let manifest: Manifest
    /// Every tracked path below Sources, Controllers, Tests and Docs.
    let paths: [String]
    let sources: [SourceText]

    /// Every finding of every rule.
    func findings() -> [Finding] {
        sources.flatMap { source in fileRules.flatMap { $0(source) } } + importFindings() + orderFindings()
            + moduleFindings() + uncompiledFindings() + kindFindings()
    }

    /// Imports that the manifest does not declare, Foundation, and second importers of a C module.
    func importFindings() -> [Finding] {
        let cModules = Set(manifest.targets.filter { isCModule($0) }.map(\.name))
        var importers: [String: Set<String>] = [:]
        var findings: [Finding] = []
        for source in sources where source.path.hasSuffix(".swift") {
            guard let target = manifest.target(of: source.path) else { continue }
            for statement in source.imports() {
                if statement.module == "Foundation" {
                    findings.append(source.finding(.foundation, at: statement.offset, "import FoundationEssentials"))
                }
                if cModules.contains(statement.module), target.kind != .test {
                    importers[statement.module, default: []].insert(target.name)
                    if statement.isPublic {
                        let message = "keep '\(statement.module)' out of the public API: import it without 'public'"
                        findings.append(source.finding(.cImporter, at: statement.offset, message))
                    }
                }
                let provider = packageModules[statement.module] ?? statement.module
                let isDeclared = target.dependencies.contains(provider) || toolchainModules.contains(provider)
                if !isDeclared, statement.module != target.name {
                    let message = "'\(target.name)' does not declare '\(statement.module)' in Package.swift"
                    findings.append(source.finding(.importMatrix, at: statement.offset, message))
                }
            }
        }
        for (module, targets) in importers.sorted(by: { $0.key < $1.key }) where targets.count > 1 {
            let line = manifest.targets.first { $0.name == module }?.line ?? 1
            let message = "'\(module)' is imported by \(targets.sorted().joined(separator: ", ")); give it one importer"
            findings.append(Finding(path: "Package.swift", line: line, rule: .cImporter, message: message))
        }
        return findings
    }

    /// Dependencies that point up, and controllers that know each other.
    func orderFindings() -> [Finding] {
        var above: Set<String> = []
        let names = Set(manifest.targets.map(\.name))
        let controllers = Set(manifest.targets.filter { $0.path.hasPrefix("Controllers/") }.map(\.name))
        var findings: [Finding] = []
        for target in manifest.targets {
            for dependency in target.dependencies where names.contains(dependency) {
                if !above.contains(dependency) {
                    let message = "'\(target.name)' depends on '\(dependency)', which does not stand above it"
                    findings.append(
                        Finding(path: "Package.swift", line: target.line, rule: .importMatrix, message: message))
                }
                if controllers.contains(target.name), controllers.contains(dependency) {
                    let message =
                        "controller '\(target.name)' depends on controller '\(dependency)'; let them meet in the store"
                    findings.append(
                        Finding(path: "Package.swift", line: target.line, rule: .importMatrix, message: message))
                }
            }
            above.insert(target.name)
        }
        return findings
    }

    /// Modules without a README.md, and types that share a module's name.
    func moduleFindings() -> [Finding] {
        let tracked = Set(paths)
        let modules = manifest.targets.filter { $0.kind != .test }
        var findings = modules.filter { !tracked.contains("\($0.path)/README.md") }.map { target in
            Finding(
                path: target.path, line: 1, rule: .moduleReadme, message: "say in a page what it is for and may import")
        }
        let names = Set(modules.map(\.name))
        for source in sources where source.path.hasSuffix(".swift") {
            for declaration in source.typeDeclarations() where names.contains(declaration.name) {
                let message = "type '\(declaration.name)' has the name of a module; rename one of them"
                findings.append(source.finding(.moduleName, at: declaration.offset, message))
            }
        }
        return findings
    }

    /// Sources that belong to no target.
    func uncompiledFindings() -> [Finding] {
        paths.compactMap { path in
            let isSource = [".swift", ".c", ".h"].contains { path.hasSuffix($0) }
            let folders = ["Tests/Attacker/", "Tests/Benchmarks/", "Tests/ThreadSanitizer/"]
            let isBuiltApart = folders.contains { path.hasPrefix($0) } || path.contains("/Fixtures/")
            guard isSource, !isBuiltApart, !path.hasPrefix("Docs/"), manifest.target(of: path) == nil else {
                return nil
            }
            return Finding(path: path, line: 1, rule: .compiled, message: "no target compiles it; move or delete it")
        }
    }

    /// Kinds without a page, once there are pages.
    func kindFindings() -> [Finding] {
        let pages = Set(paths.filter { $0.hasPrefix("Docs/Kinds/") })
        guard !pages.isEmpty else { return [] }
        let prefix = "Sources/Model/Kinds/"
        let kinds = Set(
            paths.filter { $0.hasPrefix(prefix) }.compactMap { path in
                // Kinds/Source/SourceSpec.swift and Kinds/SourceKind.swift are both of the kind Source; a file that is
                // named for none, as Kinds/SourceNames.swift, is of what several share.
                let parts = path.dropFirst(prefix.count).split(separator: "/")
                if parts.count > 1 { return String(parts[0]) }
                let name = parts[0].prefix { $0 != "." && $0 != "+" }
                return name.hasSuffix("Kind") ? String(name.dropLast("Kind".count)) : nil
            })
        return kinds.sorted().filter { !pages.contains("Docs/Kinds/\($0).md") }.map { kind in
            Finding(
                path: "Sources/Model/Kinds", line: 1, rule: .kindPage, message: "write Docs/Kinds/\(kind).md")
        }
    }

    private func isCModule(_ target: Manifest.Target) -> Bool {
        if target.kind == .system { return true }
        let files = paths.filter { $0.hasPrefix(target.path + "/") }
        return files.contains { $0.hasSuffix(".h") } && !files.contains { $0.hasSuffix(".swift") }
    }
}

/// Modules that come with a product of another name.
private let packageModules = ["CYaml": "Yams"]

/// Modules that come with the toolchain and that every target may use.
private let toolchainModules: Set<String> = [
    "Swift", "Glibc", "Foundation", "FoundationEssentials", "Synchronization", "Testing", "RegexBuilder",
]

extension SourceText {
    struct Import {
        let module: String
        let isPublic: Bool
        let offset: Int
    }

    /// The file's import statements.
    func imports() -> [Import] {
        occurrences(of: "import").compactMap { offset in
            let line = line(of: offset)
            let before = text(lineStarts[line - 1]..<offset)
            // Only attributes and an access level stand before it on its line.
            guard before.allSatisfy({ $0.isLetter || $0.isWhitespace || "@()_".contains($0) }) else { return nil }
            var next = skippingSpace(from: offset + 6)
            var name = identifier(at: next)
            if ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"].contains(name) {
                next = skippingSpace(from: next + name.utf8.count)
                name = identifier(at: next)
            }
            guard let module = name.split(separator: ".").first else { return nil }
            return Import(module: String(module), isPublic: before.contains("public"), offset: offset)
        }
    }
}
