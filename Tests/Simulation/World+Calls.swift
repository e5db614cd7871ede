import HostRuntime
import LinuxIO
import Model
import Store
import Synchronization
import Vishnu

/// What kind of call the daemon makes, for the errors that are plausible.
enum CallKind: String, Sendable {
    case status, list, walk, readLink, readFile, attributes, account, units
    case prepare, exchange, install, displace, discard, makeDirectory, removeDirectory, makeSpecial
    case setMetadata, setAttributes, sync, perform, reloadUnits, command

    var isReading: Bool {
        switch self {
        case .status, .list, .walk, .readLink, .readFile, .attributes, .account, .units: true
        default: false
        }
    }
}

extension World {
    /// Comes before every call of the daemon to the host: events strike, and the call may fail.
    func before(_ kind: CallKind, _ path: String, run: String? = nil) throws(HostError) {
        try arrive()
        tape.note(kind.rawValue, path, run ?? "")
        if kind == .status || kind == .readFile || kind == .readLink {
            books.withLock { $0.lastRead[path] = $0.call }
        }
        if kind.isReading, books.withLock(\.diesAfterCall) {
            host.halt()
            throw HostError(.stopped, "the daemon died")
        }
        if let failure = takeFailure() { throw HostError(failure.code(of: kind), "cannot use '\(path)': \(failure)") }
        if let run, !isViolated { inspect(kind, path, run: run) }
    }

    /// Comes after every call that changes the host and did.
    func after(_ kind: CallKind, _ path: String) throws(HostError) {
        let (failure, dies) = books.withLock { books in
            defer { books.failsAfter = nil }
            return (books.failsAfter, books.diesAfterCall)
        }
        if kind != .sync, kind != .discard, !isViolated { lookForTorn(at: path) }
        if dies {
            host.halt()
            throw HostError(.stopped, "the daemon died after the call")
        }
        if let failure {
            tape.note("failed after", path)
            throw HostError(failure.code(of: kind), "cannot use '\(path)': \(failure) after all")
        }
    }

    /// Comes before every write to the store.
    func willWrite(_ act: String, _ durability: Durability) throws(StoreError) -> Durability {
        do throws(HostError) { try arrive() } catch { throw StoreError(.unavailable, error.message) }
        tape.note("write", act, "\(durability)")
        if let failure = takeFailure() {
            throw StoreError(failure == .noSpace ? .full : .unavailable, "cannot \(act): \(failure)")
        }
        if bug == .undoAfterApply, act.hasPrefix("record the intents") { return .deferred }
        return durability
    }

    /// Comes after every write to the store that was committed.
    func didWrite(_ act: String) throws(StoreError) {
        let (failure, dies) = books.withLock { books in
            defer { books.failsAfter = nil }
            return (books.failsAfter, books.diesAfterCall)
        }
        if act == "record a run" { noteShown() }
        if dies {
            host.halt()
            throw StoreError(.unavailable, "the daemon died after the write")
        }
        if failure != nil { throw StoreError(.unavailable, "cannot \(act): the disk failed after all") }
    }

    /// Comes before every record of the audit log, which is no call of its own.
    func willAudit(_ act: String, _ durability: Durability) throws(StoreError) -> Durability {
        tape.note("write", act, "\(durability)")
        if host.isStopped { throw StoreError(.unavailable, "the daemon is dead") }
        let fails = books.withLock { books in
            defer { books.auditFailures = max(0, books.auditFailures - 1) }
            return books.auditFailures > 0
        }
        if fails { throw StoreError(.unavailable, "cannot \(act): the disk failed") }
        return durability
    }

    /// Comes after every record of the audit log.
    func didAudit(_ act: String) throws(StoreError) {
        let fails = books.withLock { books in
            defer { books.auditFailsAfter = false }
            return books.auditFailsAfter
        }
        if fails { throw StoreError(.unavailable, "cannot \(act): the disk failed after all") }
    }

    /// Counts a call and lets what is due happen; throws when the daemon is dead or dies now.
    private func arrive() throws(HostError) {
        if host.isStopped { throw HostError(.stopped, "the daemon is dead") }
        let due = books.withLock { books in
            books.call += 1
            let now = books.call - books.stepStart
            let due = books.events.filter { $0.at <= now }
            if !due.isEmpty {
                books.events.removeAll { $0.at <= now }
                books.isDisturbed = true
            }
            return due
        }
        for event in due {
            tape.note("event", "\(event)")
            happen(event.what)
        }
        if host.isStopped { throw HostError(.stopped, "the daemon died") }
    }

    private func happen(_ what: Event.What) {
        switch what {
        case .fail(let failure, let times): books.withLock { $0.failing = (failure, times) }
        case .failAfter(let failure): books.withLock { $0.failsAfter = failure }
        case .failAudit(let times): books.withLock { $0.auditFailures = times }
        case .failAuditAfter: books.withLock { $0.auditFailsAfter = true }
        case .slow(let seconds): host.advance(by: Int64(seconds) * 1_000_000_000)
        case .kill: die(.killed)
        case .cutPower: die(.powerCut)
        case .killInside(let point): die(.killed, inside: point)
        case .cutPowerInside(let point): die(.powerCut, inside: point)
        case .outside(let act): perform(act)
        case .hint(let name): noteHint(name)
        case .interrupt:
            let life = books.withLock { books in
                books.isInterrupted = true
                return books.life
            }
            life?.reconciler.interrupt()
        case .jump(let seconds): jumpClock(seconds)
        }
    }

    private func die(_ death: Books.Death, inside point: Int? = nil) {
        books.withLock { books in
            books.death = death
            books.diesAfterCall = point != nil
        }
        if let point { host.stop(atPoint: point) } else { host.halt() }
    }

    private func takeFailure() -> Failure? {
        books.withLock { books in
            guard let (failure, times) = books.failing else { return nil }
            books.failing = times > 1 ? (failure, times - 1) : nil
            return failure
        }
    }

    /// Does what somebody else does.
    func perform(_ act: Act) {
        tape.note("outside", "\(act)")
        if let path = act.path {
            books.withLock { books in
                for touched in Universe.below(path) { books.lastTouched[touched] = books.call }
            }
        }
        switch act {
        case .write(let path, let number): write(path, number)
        case .replace(let path, let number):
            host.removeAll(path)
            write(path, number)
        case .remove(let path): host.removeAll(path)
        case .makeDirectory(let path):
            if host.sight(of: path) == nil { host.place(directory: path) }
        case .link(let path, let target): host.place(symlink: path, to: target)
        case .setMode(let path, let mode): host.change(path, FileMetadata(mode: mode))
        case .setOwner(let path, let owner): host.change(path, FileMetadata(owner: owner))
        case .start(let unit): host.start(unit: unit)
        case .stop(let unit): host.stop(unit: unit)
        case .fail(let unit): host.fail(unit: unit)
        case .disable(let unit): host.disable(unit: unit)
        }
    }

    private func write(_ path: String, _ number: Int) {
        let bytes = Array(Texts.foreign(number).utf8)
        books.withLock { books in
            books.wholes.insert(bytes)
            books.foreign.insert(bytes)
            books.unsynced.insert(path)
        }
        host.write(path, bytes)
    }
}

extension Failure {
    /// The error that a call of a kind gets.
    func code(of kind: CallKind) -> HostError.Code {
        switch kind {
        case .perform, .reloadUnits, .command: self == .timeout ? .timeout : .unitFailed
        case .units: .timeout
        case _ where kind.isReading: .inputOutput
        default:
            switch self {
            case .noSpace: .noSpace
            case .readOnly: .readOnly
            case .notPermitted: .notPermitted
            case .inputOutput, .timeout: .inputOutput
            }
        }
    }
}
