import Model

/// Tells what of a site is in force on a host from what is left alone there, by the conditions of blueprints and
/// resources.
struct SiteSelection {
    /// A resource, by where it is declared: thousands are handed on.
    struct Member {
        fileprivate let blueprint: Int
        fileprivate let resource: Int
    }

    /// What is in force, in the order of the documents.
    private(set) var declared: [Member] = []
    /// What is left alone, in the order of the documents.
    private(set) var withheld: [Member] = []
    /// Whether anything has a condition.
    private(set) var isConditional = false
    /// What is wrong with conditions.
    private(set) var diagnostics: [CompileDiagnostic] = []

    private let blueprints: [BlueprintDocument]
    private var evaluator: ConditionEvaluator
    private let files: SiteFiles
    private let diagnosticsMaximum: Int

    /// Chooses among all that the blueprints declare; at most some diagnostics are made.
    init(
        _ blueprints: [BlueprintDocument], files: SiteFiles, diagnosticsMaximum: Int,
        _ evaluator: ConditionEvaluator
    ) {
        self.blueprints = blueprints
        self.files = files
        self.diagnosticsMaximum = diagnosticsMaximum
        self.evaluator = evaluator
        declared.reserveCapacity(blueprints.reduce(0) { $0 + $1.resources.count })
        for position in blueprints.indices { choose(position) }
    }

    /// What a resource declares.
    func declaration(of member: Member) -> ResourceDeclaration {
        blueprints[member.blueprint].resources[member.resource]
    }

    /// The blueprint of a resource.
    func blueprint(of member: Member) -> BlueprintDocument { blueprints[member.blueprint] }

    private mutating func choose(_ position: Int) {
        let blueprint = blueprints[position]
        let isInForce = holds(blueprint.when, of: blueprint, matters: true)
        for resource in blueprint.resources.indices {
            let member = Member(blueprint: position, resource: resource)
            if holds(blueprint.resources[resource].when, of: blueprint, matters: isInForce), isInForce {
                declared.append(member)
            } else {
                withheld.append(member)
            }
        }
    }

    /// Whether a condition holds; one that does not matter has to compile all the same.
    private mutating func holds(_ when: WhenExpression?, of blueprint: BlueprintDocument, matters: Bool) -> Bool {
        guard let when else { return true }
        isConditional = true
        guard diagnostics.count < diagnosticsMaximum else { return false }
        if !matters {
            if let failure = evaluator.problem(of: when.text) { note(failure, in: when) }
            return false
        }
        do throws(ConditionEvaluator.Failure) {
            return try evaluator.holds(when.text, of: blueprint)
        } catch {
            note(error, in: when)
            return false
        }
    }

    private mutating func note(_ failure: ConditionEvaluator.Failure, in when: WhenExpression) {
        diagnostics.append(
            CompileDiagnostic(position: position(of: failure.offset, in: when), message: failure.message))
    }

    /// The place within the scalar, where the file has it; a blueprint that the API made has no file.
    private func position(of offset: Int, in when: WhenExpression) -> SourcePosition {
        let start = when.position
        guard start.line > 0, let bytes = (try? files.bytes(of: start.file)) ?? nil,
            let place = ScalarPlace.place(
                ofByte: offset, of: when.text, scalarAt: start.line, start.column, in: bytes)
        else { return start }
        return SourcePosition(file: start.file, line: place.line, column: place.column)
    }
}
