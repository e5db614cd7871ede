import ControlClient
import Model
import Testing

@testable import aetherctl

@Suite struct CommandExitTests {
    @Test(arguments: [
        (PassResult.nothingToDo, CommandExit.fine), (.succeeded, .fine), (.differencesLeft, .differences),
        (.waitingForApproval, .waitingForApproval), (.denied, .denied), (.failed, .error), (.rolledBack, .error),
        (.paused, .differences), (.planChanged, .error),
    ]) func `a pass ends with the code of its result`(_ result: PassResult, _ status: CommandExit) {
        #expect(CommandExit(result) == status)
    }

    @Test func `the codes are those that scripts know`() {
        #expect(CommandExit.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 64])
    }

    @Test func `a refusal is 3, everything else that a request can meet is 1`() {
        #expect(CommandExit(ControlClientError(.forbidden, "")) == .denied)
        #expect(CommandExit(ControlClientError(.socketDenied, "")) == .denied)
        for code in [ControlClientError.Code.notFound, .conflict, .invalid, .unreachable, .timeout, .badAnswer] {
            #expect(CommandExit(ControlClientError(code, "")) == .error)
        }
    }

    @Test func `a plan is 0 without changes, 2 with, 3 when denied, 1 when it cannot be made`() {
        #expect(CommandExit(Samples.plan(changes: [])) == .fine)
        #expect(CommandExit(Samples.plan()) == .differences)
        #expect(CommandExit(Samples.plan(gate: [GateFinding(effect: .warn, message: "x")])) == .differences)
        #expect(CommandExit(Samples.plan(gate: [GateFinding(effect: .requireApproval, message: "x")])) == .differences)
        #expect(CommandExit(Samples.plan(gate: [GateFinding(effect: .deny, message: "x")])) == .denied)
        #expect(CommandExit(Samples.plan(problems: [Samples.problem])) == .differences)
        #expect(CommandExit(Samples.plan(changes: [], problems: [Samples.problem])) == .error)
        #expect(CommandExit(Samples.plan(changes: [], errors: [Samples.diagnostic])) == .error)
    }

    @Test func `a comparison is 2 when something differs and 1 when something cannot be compared`() {
        let same = DiffReport(resource: Samples.motd, change: nil, problem: nil)
        let other = DiffReport(resource: Samples.motd, change: Samples.change, problem: nil)
        let broken = DiffReport(resource: Samples.motd, change: nil, problem: Samples.problem)
        #expect(CommandExit([same]) == .fine)
        #expect(CommandExit([same, other]) == .differences)
        #expect(CommandExit([other, broken]) == .error)
    }
}
