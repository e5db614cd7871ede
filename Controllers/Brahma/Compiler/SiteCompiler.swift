public import HostRuntime
import LinuxIO
public import Model
import Synchronization

/// Compiles a working copy to resources in order: reads every document, checks it against the schemas, resolves
/// content and links the graph.
///
/// The same files and the same facts give the same result; nothing but the working copy is read. Blocks.
public struct SiteCompiler: Sendable {
    private let denied: [DeniedTree]
    private let sink: ContentSink
    private let worker: any BlockingWorker
    private let facts: HostFacts
    private let now: @Sendable () -> Duration
    private let diagnosticsMaximum = 100
    /// So many documents are read before it is looked whether too much is wrong already.
    private let documentsAtOnce = 32

    /// Makes a compiler.
    ///
    /// `denied` are trees that no resource may lie in, besides those of the kernel. Documents are parsed on all threads
    /// of `worker`. `facts` are what conditions see of the host; `now` measures how long they
    /// take, by the monotonic clock unless given.
    public init(
        denied: [DeniedTree] = [], sink: ContentSink, worker: any BlockingWorker = InlineWorker(),
        facts: HostFacts = HostFacts(), now: (@Sendable () -> Duration)? = nil
    ) {
        self.denied = DeniedTree.kernel + denied
        self.sink = sink
        self.worker = worker
        self.facts = facts
        self.now = now ?? { monotonicNow() }
    }

    /// Compiles the site at a path, together with blueprints that the API made.
    ///
    /// Throws only when the content sink does; whatever is wrong with the site is a diagnostic.
    public func compile(directory: String, adding others: [BlueprintDocument] = []) throws -> CompiledSite {
        do {
            let files = try SiteFiles(path: directory)
            return try compile(files, adding: others)
        } catch let failure as SiteFailure {
            return Self.failed(failure.description)
        } catch let error as LinuxIOError {
            return Self.failed("cannot read the site '\(directory)': \(error)")
        }
    }

    private func compile(_ files: SiteFiles, adding others: [BlueprintDocument]) throws -> CompiledSite {
        var blueprints = others
        var diagnostics: [CompileDiagnostic] = []
        var paths = try files.documents()[...]
        while !paths.isEmpty, diagnostics.count < diagnosticsMaximum {
            for document in read(Array(paths.prefix(documentsAtOnce)), of: files) {
                blueprints += document.blueprints
                diagnostics += document.diagnostics
            }
            paths = paths.dropFirst(documentsAtOnce)
        }
        diagnostics += duplicates(in: blueprints)
        return try link(blueprints, files: files, diagnostics: diagnostics)
    }

    /// What a file declares.
    private struct Reading: Sendable {
        var blueprints: [BlueprintDocument] = []
        var diagnostics: [CompileDiagnostic] = []
    }

    /// Reads files in parallel; the result is in their order.
    private func read(_ paths: [String], of files: SiteFiles) -> [Reading] {
        let found = Mutex<[Int: Reading]>([:])
        worker.forEachParallel(count: paths.count, chunk: 1) { range in
            for position in range {
                let reading = read(paths[position], of: files)
                found.withLock { $0[position] = reading }
            }
        }
        let readings = found.withLock { $0 }
        return paths.indices.compactMap { readings[$0] }
    }

    private func read(_ path: String, of files: SiteFiles) -> Reading {
        do {
            guard let bytes = try files.bytes(of: path) else { return Reading() }
            return read(YAMLStream(parsing: bytes, file: path), file: path)
        } catch let failure as SiteFailure {
            return Reading(diagnostics: [Self.diagnostic(at: path, failure.description)])
        } catch {
            return Reading(diagnostics: [Self.diagnostic(at: path, "cannot read the file: \(error)")])
        }
    }

    private func read(_ stream: YAMLStream, file: String) -> Reading {
        var reading = Reading()
        var isOurs = false
        for document in stream.documents {
            switch SiteDocument(document, file: file, denied: denied) {
            case .blueprint(let blueprint):
                reading.blueprints.append(blueprint)
                isOurs = true
            case .foreign: break
            case .invalid(let findings):
                reading.diagnostics += findings
                isOurs = true
            }
        }
        // A YAML file that a resource installs need not be YAML that we can read; one of ours must be, and so must
        // one in which nothing could be read at all.
        if isOurs || stream.documents.isEmpty { reading.diagnostics += stream.diagnostics }
        return reading
    }

    private func duplicates(in blueprints: [BlueprintDocument]) -> [CompileDiagnostic] {
        var first: [String: BlueprintDocument] = [:]
        var diagnostics: [CompileDiagnostic] = []
        for blueprint in blueprints {
            if let other = first[blueprint.name] {
                let at = other.position
                diagnostics.append(
                    CompileDiagnostic(
                        position: blueprint.position,
                        message:
                            "blueprint '\(blueprint.name)' is declared already at \(at.file):\(at.line); rename one"))
            } else {
                first[blueprint.name] = blueprint
            }
        }
        return diagnostics
    }

    /// Resolves content and orders the graph, when nothing was wrong so far.
    private func link(
        _ blueprints: [BlueprintDocument], files: SiteFiles, diagnostics: [CompileDiagnostic]
    ) throws -> CompiledSite {
        let selection = SiteSelection(
            blueprints, files: files, diagnosticsMaximum: diagnosticsMaximum,
            ConditionEvaluator(facts: facts, now: now))
        let alone = try WithheldSite(selection, files: files)
        var diagnostics = diagnostics + selection.diagnostics + alone.diagnostics
        var resolver = ContentResolver(files: files, sink: sink)
        let drafts = selection.declared.map { member in
            resolver.resource(selection.declaration(of: member), of: selection.blueprint(of: member))
        }
        diagnostics += resolver.diagnostics
        guard diagnostics.isEmpty else { return Self.failed(diagnostics, maximum: diagnosticsMaximum) }
        let resolved = try resolver.finish(drafts)
        guard resolver.diagnostics.isEmpty else {
            return Self.failed(resolver.diagnostics, maximum: diagnosticsMaximum)
        }
        do throws(GraphError) {
            let graph = try ResourceGraph(resolved.map(alone.freeing))
            return CompiledSite(
                blueprints: blueprints.sorted { $0.name < $1.name }, resources: graph.resources,
                withheld: alone.resources, isConditional: selection.isConditional, diagnostics: [])
        } catch {
            let problems = error.problems.map { CompileDiagnostic(position: $0.position, message: $0.message) }
            return Self.failed(problems, maximum: diagnosticsMaximum)
        }
    }

    private static func diagnostic(at file: String, _ message: String) -> CompileDiagnostic {
        CompileDiagnostic(position: SourcePosition(file: file, line: 1, column: 1), message: message)
    }

    private static func failed(_ message: String) -> CompiledSite {
        failed([diagnostic(at: ".", message)], maximum: 1)
    }

    private static func failed(_ diagnostics: [CompileDiagnostic], maximum: Int) -> CompiledSite {
        let ordered = diagnostics.sorted { left, right in
            let (a, b) = (left.position, right.position)
            return (a.file, a.line, a.column) < (b.file, b.line, b.column)
        }
        return CompiledSite(blueprints: [], resources: [], diagnostics: Array(ordered.prefix(maximum)))
    }
}
