import Rego

/// The code of the tutorial `Deciding`, as its reader would write it: each part stands there word for word.
struct Tutorial {
    var seen: [String] = []
    var place: SourceLocation?
    var decisions: [RegoValue?] = []

    mutating func run() throws {
        // snippet: policy
        let policy = """
            package services

            default allow := false

            allow if input.user in data.owners[input.service]

            allow if "admin" in data.roles[input.user]

            reasons contains sprintf("%s does not own %s", [input.user, input.service]) if not allow
            """
        // end

        // snippet: compile
        let module = try RegoModule(parsing: policy, name: "services.rego")
        let data = try RegoValue(json: #"{"owners": {"web": ["ann"]}, "roles": {"bob": ["admin"]}}"#)
        let engine = try RegoEngine(modules: [module], data: data)
        // end

        // snippet: ask
        let allow = try engine.prepare("data.services.allow")
        let asked = try RegoValue(json: #"{"user": "eve", "service": "web"}"#)
        let decision = try allow.evaluate(input: asked).value

        let reasons = try engine.prepare("some reason in data.services.reasons")
        for row in try reasons.evaluate(input: asked).rows {
            seen.append(row.bindings["reason"]?.json ?? "")
        }
        // end

        // snippet: literal
        let ann: RegoValue = ["user": "ann", "service": "web"]
        let isAllowed = try allow.evaluate(input: ann).value == true
        // end

        // snippet: replace
        let changed = engine.replacing(data: ["owners": ["web": ["eve"]], "roles": [:]])
        let now = try changed.prepare("data.services.allow").evaluate(input: asked).value
        // end
        decisions = [decision, .bool(isAllowed), now]

        // snippet: limits
        var options = EvaluationOptions()
        options.limits = EvaluationOptions.Limits(steps: 100_000, bytes: 1 << 20)
        let endless = try engine.prepare("count([1 | some a in numbers.range(1, 999999); a > 0])")
        do {
            _ = try endless.evaluate(options: options)
        } catch let error as RegoError where error.code == .limit {
            seen.append(error.message)
        }
        // end

        // snippet: errors
        do {
            _ = try RegoModule(parsing: "package services\nallow if {", name: "broken.rego")
        } catch {
            seen.append(error.errors[0].code.rawValue)
            place = error.errors[0].location
        }
        // end
    }
}
