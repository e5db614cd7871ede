import Model

/// The passes that somebody asked for, and how they ended.
///
/// A pass that begins after a request answers it. Pure.
struct PassBook: Sendable {
    /// A request that waits for its pass, or is answered by the one that runs.
    private struct Entry: Sendable {
        var planHash: String?
        var requestedBy: String
        var progress: PassProgress
    }

    private var entries: [Int64: Entry] = [:]
    private var order: [Int64] = []
    private var answering: [Int64] = []
    private let limit = 256

    /// Notes a request; above the bound the oldest answer is forgotten.
    mutating func request(_ pass: Int64, planHash: String?, by requester: String) {
        if order.count >= limit, let oldest = order.first {
            order.removeFirst()
            entries[oldest] = nil
        }
        entries[pass] = Entry(
            planHash: planHash, requestedBy: requester,
            progress: PassProgress(isOver: false, activity: "waiting for the source"))
        order.append(pass)
    }

    /// How a request is going; nil when it is not known (any more).
    func progress(of pass: Int64) -> PassProgress? { entries[pass]?.progress }

    /// A pass begins: it answers every request up to the newest that the source has handled.
    mutating func begin(handled: Int64) {
        answering = order.filter { $0 <= handled && entries[$0]?.progress.isOver == false }
    }

    /// The plan hash that the running pass is bound to, if a request named one.
    var planHash: String? { answering.compactMap { entries[$0]?.planHash }.first }

    /// Who asked for the running pass; nil when nobody did.
    var requestedBy: String? { answering.compactMap { entries[$0]?.requestedBy }.first }

    /// Says what the running pass does now.
    mutating func note(activity: String, run: String? = nil, stepsDone: Int = 0, stepsTotal: Int = 0) {
        for pass in answering {
            entries[pass]?.progress.activity = activity
            if let run { entries[pass]?.progress.run = run }
            entries[pass]?.progress.stepsDone = stepsDone
            entries[pass]?.progress.stepsTotal = stepsTotal
        }
    }

    /// No pass comes that would answer these requests: those up to `last`, but for the ones that the running pass
    /// answers; all without it.
    mutating func fail(upTo last: Int64? = nil, message: String) {
        let failed = order.filter { pass in last.map { pass <= $0 && !answering.contains(pass) } ?? true }
        end(failed, .failed, message: message)
        if last == nil { answering = [] }
    }

    /// Forgets a request that was not made after all.
    mutating func withdraw(_ pass: Int64) {
        entries[pass] = nil
        order.removeAll { $0 == pass }
        answering.removeAll { $0 == pass }
    }

    /// The running pass is over.
    mutating func finish(_ result: PassResult, message: String?) {
        end(answering, result, message: message)
        answering = []
    }

    /// An answer that was given stays.
    private mutating func end(_ passes: [Int64], _ result: PassResult, message: String?) {
        for pass in passes where entries[pass]?.progress.isOver == false {
            entries[pass]?.progress.isOver = true
            entries[pass]?.progress.result = result
            entries[pass]?.progress.message = message
            entries[pass]?.progress.activity = result.rawValue
        }
    }
}
