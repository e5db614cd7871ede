import LinuxIO
import Model

/// Turns content that a declaration names into digests: inline text, files and rendered templates.
///
/// Small blobs are kept all at once at the end, large files are streamed as they are met.
struct ContentResolver {
    private let files: SiteFiles
    private let sink: ContentSink
    /// Files larger than this are streamed.
    private let smallMaximum: Int64 = 64 << 10
    private var blobs: [[UInt8]] = []
    private var blobOfDigest: [ContentDigest: Int] = [:]
    private var sources: [String: DeclaredContent] = [:]
    private var streams: [(path: String, position: SourcePosition)] = []
    /// What is wrong with content.
    private(set) var diagnostics: [CompileDiagnostic] = []

    init(files: SiteFiles, sink: ContentSink) {
        self.files = files
        self.sink = sink
    }

    /// The resource with content by digest; what is wrong is noted in `diagnostics`.
    mutating func resource(_ declaration: ResourceDeclaration, of blueprint: BlueprintDocument) -> DeclaredResource {
        DeclaredResource(
            id: declaration.id, attributes: attributes(declaration, of: blueprint), blueprint: blueprint.name,
            mode: blueprint.mode, position: declaration.position, onDrift: declaration.onDrift,
            isProtected: declaration.isProtected, prune: blueprint.prune, verify: declaration.verify,
            labels: declaration.labels, dependencies: declaration.after.map(\.id))
    }

    /// Keeps everything that was resolved.
    mutating func finish(_ resources: [DeclaredResource]) throws -> [DeclaredResource] {
        _ = try sink.put(blobs)
        for (path, position) in streams {
            do {
                _ = try sink.stream { write in
                    guard try files.stream(path, write) else { throw SiteFailure("'\(path)' is gone") }
                }
            } catch let failure as SiteFailure {
                diagnostics.append(CompileDiagnostic(position: position, message: failure.description))
            }
        }
        return resources
    }

    private mutating func attributes(
        _ declaration: ResourceDeclaration, of blueprint: BlueprintDocument
    ) -> ResourceAttributes {
        switch declaration.attributes {
        case .file(let file):
            return .file(
                FileAttributes(
                    content: file.content.flatMap { content($0, declaration, blueprint) }, owner: file.owner,
                    group: file.group, mode: file.mode, isAbsent: file.isAbsent))
        case .directory(let directory): return .directory(directory)
        case .symlink(let symlink): return .symlink(symlink)
        case .unit(let unit):
            var dropIns: [String: DeclaredContent] = [:]
            for (name, text) in unit.dropIns.sorted(by: { $0.key < $1.key }) {
                dropIns[name] = content(text, declaration, blueprint)
            }
            return .unit(
                UnitAttributes(
                    isActive: unit.isActive, isEnabled: unit.isEnabled, isMasked: unit.isMasked,
                    content: unit.content.flatMap { content($0, declaration, blueprint) }, dropIns: dropIns,
                    restartOn: unit.restartOn.map(\.id), reloadOn: unit.reloadOn.map(\.id)))
        }
    }

    private mutating func content(
        _ content: ContentDeclaration, _ declaration: ResourceDeclaration, _ blueprint: BlueprintDocument
    ) -> DeclaredContent? {
        switch content {
        case .inline(let text): return keep(Array(text.utf8))
        case .source(let path, let position): return source(path, at: position)
        case .template(let path, let parameters, let position):
            let values = blueprint.parameters.merging(parameters) { $1 }
            return template(path, values, at: position)
        }
    }

    private mutating func keep(_ bytes: [UInt8]) -> DeclaredContent {
        let digest = ContentDigest(hashing: bytes)
        if blobOfDigest[digest] == nil {
            blobOfDigest[digest] = blobs.count
            blobs.append(bytes)
        }
        return DeclaredContent(digest: digest, size: Int64(bytes.count))
    }

    private mutating func source(_ path: String, at position: SourcePosition) -> DeclaredContent? {
        if let known = sources[path] { return known }
        return attempt(at: position) { resolver in
            guard let status = try resolver.files.root.status(of: "/" + path) else {
                throw SiteFailure("there is no file '\(path)' in the site; paths are relative to its root")
            }
            if status.type == .regular, status.size <= resolver.smallMaximum,
                let bytes = try resolver.files.bytes(of: path)
            {
                let content = resolver.keep(bytes)
                resolver.sources[path] = content
                return content
            }
            let content = try ContentSink.digests.stream { write in
                guard try resolver.files.stream(path, write) else { throw SiteFailure("'\(path)' is gone") }
            }
            resolver.streams.append((path, position))
            resolver.sources[path] = content
            return content
        }
    }

    private mutating func template(
        _ path: String, _ parameters: [String: JSONValue], at position: SourcePosition
    ) -> DeclaredContent? {
        attempt(at: position) { resolver in
            guard let bytes = try resolver.files.bytes(of: path) else {
                throw SiteFailure("there is no template '\(path)' in the site; paths are relative to its root")
            }
            return resolver.keep(try TemplateRenderer.render(bytes, file: path, parameters: parameters))
        }
    }

    private mutating func attempt(
        at position: SourcePosition, _ body: (inout ContentResolver) throws -> DeclaredContent
    ) -> DeclaredContent? {
        do {
            return try body(&self)
        } catch let failure as TemplateFailure {
            diagnostics.append(failure.diagnostic)
        } catch let failure as SiteFailure {
            diagnostics.append(CompileDiagnostic(position: position, message: failure.description))
        } catch {
            diagnostics.append(CompileDiagnostic(position: position, message: "cannot read the file: \(error)"))
        }
        return nil
    }
}
