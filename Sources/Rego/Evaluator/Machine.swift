/// A step of a body: it calls the next one for each of its solutions; true ends the search.
typealias Step = @Sendable (Machine) throws -> Bool
/// A term that has at most one value here; nil is undefined.
typealias Evaluation = @Sendable (Machine) throws -> RegoValue?
/// What is done with each value that is found; true ends the search.
typealias Sink = @Sendable (Machine, RegoValue) throws -> Bool
/// Compares a value with a pattern and binds the registers of the pattern.
typealias Matcher = @Sendable (Machine, RegoValue) throws -> Bool

/// The state of one evaluation: registers, scope, what is being built, and what is left of the limits.
///
/// One evaluation has one machine and uses it from one thread; therefore its fields are not watched for overlapping
/// access, which would cost a third of the time.
final class Machine {
    // Safety: points into a chunk that this machine owns; every frame was reserved with its size.
    @exclusivity(unchecked) var frame: UnsafeMutablePointer<RegoValue>
    @exclusivity(unchecked) private var top: UnsafeMutablePointer<RegoValue>
    @exclusivity(unchecked) private var end: UnsafeMutablePointer<RegoValue>
    @exclusivity(unchecked) private var chunks: [UnsafeMutableBufferPointer<RegoValue>] = []
    @exclusivity(unchecked) private var chunkIndex = 0

    @exclusivity(unchecked) var scope: EvaluationScope
    let context: BuiltinContext
    let isStrict: Bool
    @exclusivity(unchecked) var depth = 0
    let depthMaximum: Int
    private let stackLimit: UInt
    /// What comprehensions and partial rules build; each saves what was there before it.
    @exclusivity(unchecked) var array: ContiguousArray<RegoValue> = []
    @exclusivity(unchecked) var set = RegoSet()
    @exclusivity(unchecked) var object = RegoObject()
    @exclusivity(unchecked) var document = DocumentNode()
    /// Takes a solution of the query.
    @exclusivity(unchecked) var collector: ((Machine) throws -> Bool)?
    /// The collections that were searched by fields, by the place that searched.
    @exclusivity(unchecked) var indexes: [Int: SeenCollection] = [:]

    /// A collection that was searched, with its index once that is worth making.
    struct SeenCollection {
        let container: RegoValue
        let index: CollectionIndex?
    }
    /// Is told what traced closures do.
    @exclusivity(unchecked) var tracer: Tracer?
    /// What built-ins failed with, where that only made an expression undefined.
    @exclusivity(unchecked) var builtinErrors: [RegoError] = []

    private static let chunkSize = 4096
    private static let builtinErrorMaximum = 1_000

    init(scope: EvaluationScope, context: BuiltinContext, isStrict: Bool, depthMaximum: Int) {
        self.scope = scope
        self.context = context
        self.isStrict = isStrict
        self.depthMaximum = depthMaximum
        stackLimit = StackBounds.limit
        // Safety: initialized in full, freed in deinit.
        let chunk = UnsafeMutableBufferPointer<RegoValue>.allocate(capacity: 32)
        chunk.initialize(repeating: .null)
        chunks.append(chunk)
        // Safety: the chunk is not empty.
        let start = chunk.baseAddress.unsafelyUnwrapped
        frame = start
        top = start
        end = start + chunk.count
    }

    deinit {
        for chunk in chunks {
            chunk.deinitialize()
            chunk.deallocate()
        }
    }

    /// Where the registers stood, to be put back.
    struct Mark {
        // Safety: taken from the machine and given back to it while it lives.
        fileprivate let top: UnsafeMutablePointer<RegoValue>
        fileprivate let end: UnsafeMutablePointer<RegoValue>
        fileprivate let chunkIndex: Int
    }

    var mark: Mark { Mark(top: top, end: end, chunkIndex: chunkIndex) }

    /// Takes registers for a frame, with their old content until it is overwritten.
    @inline(__always)
    func reserve(_ count: Int) -> UnsafeMutablePointer<RegoValue> {
        // Safety: both point into the same chunk.
        if end - top < count { grow(count) }
        let start = top
        top += count
        return start
    }

    @inline(__always)
    func release(to mark: Mark) {
        top = mark.top
        end = mark.end
        chunkIndex = mark.chunkIndex
    }

    private func grow(_ count: Int) {
        chunkIndex += 1
        if chunkIndex < chunks.count, chunks[chunkIndex].count < count {
            for chunk in chunks[chunkIndex...] {
                chunk.deinitialize()
                chunk.deallocate()
            }
            chunks.removeSubrange(chunkIndex...)
        }
        if chunkIndex == chunks.count {
            // Safety: initialized in full, freed in deinit.
            let chunk = UnsafeMutableBufferPointer<RegoValue>.allocate(capacity: max(Self.chunkSize, count))
            chunk.initialize(repeating: .null)
            chunks.append(chunk)
        }
        let chunk = chunks[chunkIndex]
        // Safety: the chunk is not empty.
        top = chunk.baseAddress.unsafelyUnwrapped
        end = top + chunk.count
    }

    // MARK: Limits

    @inline(__always)
    func tick() throws {
        try context.spend()
    }

    @inline(__always)
    func charge(bytes: Int) throws {
        try context.charge(bytes: bytes)
    }

    /// Goes one rule deeper.
    @inline(__always)
    func enter() throws {
        try context.spend()
        depth += 1
        if depth > depthMaximum || StackBounds.address < stackLimit { throw tooDeep() }
    }

    private func tooDeep() -> RegoError {
        RegoError(
            code: .limit,
            message: "the evaluation goes deeper than its limit of \(depthMaximum) rules or the stack allows")
    }

    // MARK: Built-ins

    /// Calls a built-in; an ordinary failure makes it undefined, unless errors are strict.
    func call(_ declaration: BuiltinDeclaration, _ arguments: [RegoValue], _ site: CallSite) throws -> RegoValue? {
        try context.spend()
        do {
            return try declaration.evaluate(context, arguments)
        } catch {
            let code = RegoError.Code(rawValue: error.code)
            let place = site.location
            if error.isHalting { throw halted(error, place) }
            let failure = RegoError(code: code, message: error.message(in: declaration.name), location: place)
            if isStrict { throw failure }
            if builtinErrors.count < Self.builtinErrorMaximum { builtinErrors.append(failure) }
            return nil
        }
    }
}

extension Machine {
    /// The end of an evaluation as its caller sees it.
    func halted(_ error: BuiltinError, _ place: SourceLocation? = nil) -> RegoError {
        let isLimit = error.kind == .halt(.steps) || error.kind == .halt(.memory)
        let code = isLimit ? RegoError.Code.limit : RegoError.Code(rawValue: error.code)
        return RegoError(code: code, message: error.message, location: place)
    }
}

/// Where a call stands; its location is made only when an error needs it.
struct CallSite: Sendable {
    let source: SourceText
    let span: Span

    var location: SourceLocation { source.location(span) }
}
