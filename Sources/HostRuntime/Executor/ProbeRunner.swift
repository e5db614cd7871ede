import HTTPTransport
import Model
import Store

/// Runs the probes of resources.
///
/// Each returns why it did not pass, or nil. A command runs once, as it may have effects; the others are tried until
/// they pass within their time.
struct ProbeRunner<Host: HostMutating>: Sendable {
    let host: Host
    let worker: any BlockingWorker
    let transport: Transport?
    let clock: any Clock<Duration>
    let settleSeconds: Int

    /// Runs one probe.
    func run(_ probe: Probe, of resource: ResourceID, hand: StepHand<Host>) async -> String? {
        switch probe {
        case .exec(let arguments, let timeout):
            await runCommand(arguments, timeout, resource, hand)
        case .http(let url, let statuses, let timeout):
            await request(url, statuses, timeout)
        case .tcp(let address, let port, let timeout):
            await connect(address, port, timeout)
        case .unitActive(let name, let timeout):
            await waitUntilActive(name, timeout)
        }
    }

    private func runCommand(
        _ arguments: [String], _ timeout: Int, _ resource: ResourceID, _ hand: StepHand<Host>
    ) async -> String? {
        let shown = arguments.joined(separator: " ")
        do {
            let result = try await worker.run { try hand.runCommand(arguments, timeout) }
            if result.status == 0 { return nil }
            let output = result.output.isEmpty ? "it printed nothing" : "it printed: \(result.output)"
            return "the probe '\(shown)' of \(resource) ended with status \(result.status); \(output)"
        } catch let error as HostError {
            return "the probe '\(shown)' of \(resource) could not be run: \(error.message)"
        } catch {
            return "the probe '\(shown)' of \(resource) could not be run: \(error)"
        }
    }

    private func request(_ url: String, _ statuses: [Int], _ timeout: Int) async -> String? {
        guard let transport else { return "the probe of '\(url)' could not be run: there is no HTTP client here" }
        return await ProbeRetry().run(on: clock, within: timeout) { limit in
            do throws(TransportError) {
                let response = try await transport.send(Request(.get, url, timeout: limit, connectTimeout: limit))
                let status = response.status
                if statuses.isEmpty ? (200..<400).contains(status) : statuses.contains(status) { return .passed }
                let wanted = statuses.isEmpty ? "200 to 399" : statuses.map(String.init).joined(separator: " or ")
                return .failed("'\(url)' answered with status \(status), not \(wanted)")
            } catch {
                let isHopeless = [.invalidRequest, .cancelled, .shutdown].contains(error.code)
                return isHopeless ? .hopeless(error.message) : .failed(error.message)
            }
        }
    }

    private func connect(_ address: String, _ port: UInt16, _ timeout: Int) async -> String? {
        let worker = worker
        return await ProbeRetry().run(on: clock, within: timeout) { limit in
            do {
                let failure = try await worker.run { TCPProbe(host: address, port: port, limit: limit).run() }
                return failure.map { .failed($0) } ?? .passed
            } catch {
                return .hopeless("the probe of \(address):\(port) could not be run: \(error)")
            }
        }
    }

    /// Waits until the unit is active, and then for a while longer: a service that dies at once is active for a moment.
    ///
    /// What is not active when the time is over does not pass, also when it had been.
    private func waitUntilActive(_ name: String, _ timeout: Int) async -> String? {
        let host = host
        var waited = 0
        var settled = 0
        var mainPID: Int32?
        while true {
            let state: UnitObservation
            do {
                guard let found = try await worker.run({ try host.units([name]) }).first else { return nil }
                state = found
            } catch {
                return "the unit '\(name)' could not be observed: \(error)"
            }
            if state.activeState == "failed" { return inactive(name, state, "it failed") }
            if state.activeState == "active", mainPID == nil || mainPID == state.mainPID {
                if settled >= settleSeconds { return nil }
                mainPID = state.mainPID
                settled += 1
            } else {
                mainPID = nil
                settled = 0
            }
            guard waited < timeout || settled > 0 else {
                return inactive(name, state, "it did not stay active within \(timeout) s")
            }
            waited += 1
            do { try await clock.sleep(for: .seconds(1)) } catch { return "the probe of '\(name)' was cancelled" }
        }
    }

    private func inactive(_ name: String, _ state: UnitObservation, _ why: String) -> String {
        let lines = host.lastLines(ofUnit: name, count: 5)
        let said = lines.isEmpty ? "" : "; its last lines: \(lines.joined(separator: " | "))"
        return "the unit '\(name)' is \(state.activeState): \(why)\(said)"
    }
}

extension StepHand {
    /// Runs the command of a probe to its end.
    func runCommand(_ arguments: [String], _ timeout: Int) throws(HostError) -> CommandResult {
        try host.run(arguments, name: "\(run.name)-probe", timeoutSeconds: timeout, permit: permit())
    }
}
