import Model
import Rego

/// Evaluates the conditions of a site over the facts of a host.
///
/// A condition sees `input` and nothing else: no time, no chance, no network, no documents and no rules. It ends within
/// its limits, whatever it says; so do all conditions of a site together.
struct ConditionEvaluator {
    /// What conditions may use up.
    struct Limits: Sendable {
        /// The steps of one.
        var steps = 1_000_000
        /// The bytes of values that one may make.
        var bytes = 64 << 20
        /// The time of one.
        var time = Duration.seconds(2)
        /// The time of all of a site.
        var timeOfAll = Duration.seconds(20)
        /// How many are kept compiled.
        var kept = 4_096
    }

    /// What is wrong with a condition, and at which byte of its text.
    struct Failure: Error, Hashable {
        var message: String
        var offset: Int
    }

    private let limits: Limits
    private let now: @Sendable () -> Duration
    private let end: Duration
    private let facts: HostFacts
    /// Made for the first condition: most sites have none, and a daemon without them carries no language.
    private var engine: RegoEngine?
    private var queries: [String: Result<PreparedQuery, Failure>] = [:]
    /// The blueprint whose parameters `input` has.
    private var blueprint: String?
    private var input = RegoValue.null
    private var outcomes: [String: Result<Bool, Failure>] = [:]

    /// Makes an evaluator; `now` is a clock that never goes back.
    init(facts: HostFacts, limits: Limits = Limits(), now: @escaping @Sendable () -> Duration) {
        self.limits = limits
        self.now = now
        self.facts = facts
        end = now() + limits.timeOfAll
    }

    /// What is wrong with a condition wherever it is evaluated; nil when it compiles.
    mutating func problem(of text: String) -> Failure? {
        guard case .failure(let failure) = query(text) else { return nil }
        return failure
    }

    /// Whether a condition of a blueprint holds; one that is undefined does not.
    mutating func holds(_ text: String, of document: BlueprintDocument) throws(Failure) -> Bool {
        if blueprint != document.name {
            input = try makeInput(document)
            blueprint = document.name
            outcomes = [:]
        }
        if let known = outcomes[text] { return try known.get() }
        let outcome = evaluate(text)
        outcomes[text] = outcome
        return try outcome.get()
    }

    private func makeInput(_ document: BlueprintDocument) throws(Failure) -> RegoValue {
        var labels = RegoObject()
        for (key, value) in document.labels { labels.insert(RegoValue(key), RegoValue(value)) }
        do {
            let facts = try RegoValue(json: JSONValue(encoding: facts).canonicalBytes)
            let parameters = try RegoValue(json: JSONValue.object(document.parameters).canonicalBytes)
            return [
                "host": ["facts": facts], "parameters": parameters,
                "blueprint": ["name": RegoValue(document.name), "labels": .object(labels)],
            ]
        } catch {
            throw Failure(
                message: "the facts or the parameters of '\(document.name)' are no values of Rego: \(error)", offset: 0)
        }
    }

    private mutating func query(_ text: String) -> Result<PreparedQuery, Failure> {
        if let known = queries[text] { return known }
        if queries.count >= limits.kept { queries = [:] }
        let query: Result<PreparedQuery, Failure>
        do throws(RegoErrors) {
            query = .success(try startedEngine().prepare(text))
        } catch {
            query = .failure(Self.failure("does not compile", error.errors.first))
        }
        queries[text] = query
        return query
    }

    private mutating func startedEngine() throws(RegoErrors) -> RegoEngine {
        if let engine { return engine }
        let made = try RegoEngine(modules: [], options: RegoEngine.Options(isDeterministic: true))
        engine = made
        return made
    }

    private mutating func evaluate(_ text: String) -> Result<Bool, Failure> {
        guard now() <= end else { return .failure(tooSlow(at: 0)) }
        return query(text).flatMap { query in
            do {
                return try Self.truth(of: query.evaluate(input: input, options: options()))
            } catch let error as RegoError where error.code == .cancelled {
                return .failure(tooSlow(at: error.location?.offset ?? 0))
            } catch let error as RegoError {
                return .failure(Self.failure("cannot be evaluated", error))
            } catch {
                return .failure(Failure(message: "'when' cannot be evaluated: \(error)", offset: 0))
            }
        }
    }

    private func options() -> EvaluationOptions {
        let (now, end) = (now, min(end, now() + limits.time))
        return EvaluationOptions(
            limits: EvaluationOptions.Limits(steps: limits.steps, bytes: limits.bytes, depth: 1_000, results: 1_000),
            isStrict: true, interruption: { now() > end ? .cancelled : nil })
    }

    /// True where one way to fulfil the query has nothing but true in it.
    private static func truth(of results: RegoResults) -> Result<Bool, Failure> {
        var holds = false
        for row in results.rows {
            var isTrue = true
            for expression in row.expressions {
                guard case .bool(let truth) = expression.value else {
                    let value = expression.value.json
                    let shown = value.utf8.count <= 40 ? " (\(value))" : ""
                    return .failure(
                        Failure(
                            message: "'when' gives \(Self.article(of: expression.value))\(shown), not true or false; "
                                + "compare it with something",
                            offset: expression.location.offset))
                }
                isTrue = isTrue && truth
            }
            holds = holds || isTrue
        }
        return .success(holds)
    }

    private static func article(of value: RegoValue) -> String {
        let name = value.typeName
        if name == "null" { return name }
        return (name.hasPrefix("a") || name.hasPrefix("o") ? "an " : "a ") + name
    }

    private func tooSlow(at offset: Int) -> Failure {
        let time = now() > end ? limits.timeOfAll : limits.time
        let whose = now() > end ? "the conditions of the site take" : "'when' takes"
        return Failure(
            message: "\(whose) more than \(time.components.seconds) s; ask for less (eval_cancel_error)",
            offset: offset)
    }

    private static func failure(_ what: String, _ error: RegoError?) -> Failure {
        guard let error else { return Failure(message: "'when' \(what)", offset: 0) }
        return Failure(
            message: "'when' \(what): \(error.message) (\(error.code.rawValue))", offset: error.location?.offset ?? 0)
    }
}
