import ArgumentParser
import PolicyTool

/// What `policy eval` tells beside the result.
struct PolicyTraceOptions: ParsableArguments {
    @Option(name: .long, help: "Tell how the result came about: notes, fails, full or off.")
    var explain: ExplanationMode = .off
    @Flag(name: .long, help: "Tell how long each stage took.")
    var metrics = false
    @Flag(name: .long, help: "Tell what the evaluation used up of its limits; implies --metrics.")
    var instrument = false
    @Flag(name: .long, help: "Tell how long expressions took and how often they were evaluated; implies --metrics.")
    var profile = false
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Sort the profile by total_time_ns, num_eval, num_redo, num_gen_expr, file or line; implies --profile.",
            valueName: "criteria"))
    var profileSort: [String] = []
    @Option(
        name: .long,
        help: ArgumentHelp("How many lines of the profile are told, 0 for all; implies --profile.", valueName: "n"))
    var profileLimit: Int?
    @Flag(name: .long, help: "Tell which lines of the modules were reached.")
    var coverage = false

    func validate() throws {
        _ = try orders
        if let profileLimit, profileLimit < 0 { throw ValidationError("--profile-limit is 0 or more") }
    }

    private var orders: [PolicyProfile.Order] {
        get throws {
            try profileSort.flatMap { $0.split(separator: ",") }.map { name in
                guard let order = PolicyProfile.Order(rawValue: String(name)) else {
                    let known = PolicyProfile.Order.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ValidationError("'\(name)' is nothing to sort a profile by; known are \(known)")
                }
                return order
            }
        }
    }

    /// The options as the query takes them.
    var tracing: PolicyTracing {
        get throws {
            var tracing = PolicyTracing()
            tracing.explanation = explain
            tracing.hasProfile = profile || !profileSort.isEmpty || profileLimit != nil
            tracing.profileOrders = try orders
            if let profileLimit { tracing.profileLimit = profileLimit }
            tracing.hasCoverage = coverage
            tracing.hasCounters = instrument
            tracing.hasMetrics = metrics || instrument || tracing.hasProfile
            return tracing
        }
    }
}
