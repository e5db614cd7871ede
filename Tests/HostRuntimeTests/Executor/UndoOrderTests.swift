import Model
import Store
import Testing

@testable import HostRuntime

@Suite struct UndoOrderTests {
    private static func step(_ index: Int, _ operation: Operation, _ before: StateBefore, _ state: StepState = .done)
        -> StepRecord
    {
        StepRecord(
            index: index, resource: ResourceID(type: .unit, identity: "a.service"), operation: operation,
            undo: UndoRecord(before: before), state: state)
    }

    private static func batch(_ steps: Range<Int>, isFiles: Bool) -> RunLayout.Batch {
        RunLayout.Batch(isFiles: isFiles, steps: steps, waves: [steps], compared: [], completed: [])
    }

    private static func state(_ active: String, _ file: String) -> UnitObservation {
        UnitObservation(loadState: "loaded", activeState: active, unitFileState: file)
    }

    private static func unit(_ before: UnitBefore, _ actions: Set<UnitAction>) -> UndoOrder.Unit {
        UndoOrder.Unit(name: "a.service", before: before, actions: actions, steps: [])
    }

    @Test func `files go back from the last batch to the first and steps without effect are left out`() {
        let records = [
            Self.step(0, .remove(path: "/a"), .absent), Self.step(1, .remove(path: "/b"), .absent),
            Self.step(2, .reloadUnitFiles, .none), Self.step(3, .remove(path: "/c"), .absent),
            Self.step(4, .remove(path: "/d"), .absent, .failed),
            Self.step(5, .remove(path: "/e"), .absent, .undone),
        ]
        let order = UndoOrder(
            records,
            batches: [
                Self.batch(0..<2, isFiles: true), Self.batch(2..<3, isFiles: false), Self.batch(3..<6, isFiles: true),
            ])
        #expect(order.files.map { $0.map(\.index) } == [[3], [1, 0]])
        #expect(order.reloads.map(\.index) == [2])
        #expect(order.needsReload)
    }

    @Test func `the steps of one unit are undone as one to the state before the first`() {
        let before = StateBefore.unit(UnitBefore(activeState: "inactive", unitFileState: "disabled"))
        let order = UndoOrder(
            [
                Self.step(0, .unit(name: "a.service", action: .enable), before),
                Self.step(1, .unit(name: "a.service", action: .start), before),
            ], batches: [Self.batch(0..<2, isFiles: false)])
        #expect(order.units.map(\.actions) == [[.enable, .start]])
        #expect(order.needsReload)
    }

    @Test func `a unit that was started and enabled is stopped and disabled before its files go`() {
        let unit = Self.unit(UnitBefore(activeState: "inactive", unitFileState: "disabled"), [.enable, .start])
        #expect(unit.lowering(from: Self.state("active", "enabled")) == [.stop, .disable])
        #expect(unit.raising(from: Self.state("inactive", "disabled")) == [])
    }

    @Test func `a unit that ran and was restarted is restarted with its old files`() {
        let unit = Self.unit(UnitBefore(activeState: "active", unitFileState: "enabled"), [.restart])
        #expect(unit.lowering(from: Self.state("active", "enabled")) == [])
        #expect(unit.raising(from: Self.state("active", "enabled")) == [.restart])
        #expect(unit.raising(from: Self.state("failed", "enabled")) == [.start])
    }

    @Test func `a unit that was stopped disabled and masked is brought back`() {
        let unit = Self.unit(UnitBefore(activeState: "active", unitFileState: "enabled"), [.stop, .disable, .mask])
        #expect(unit.lowering(from: Self.state("inactive", "masked")) == [.unmask])
        #expect(unit.raising(from: Self.state("inactive", "disabled")) == [.enable, .start])
    }

    @Test func `a unit that was masked is masked last`() {
        let unit = Self.unit(UnitBefore(activeState: "inactive", unitFileState: "masked"), [.unmask, .start])
        #expect(unit.lowering(from: Self.state("active", "static")) == [.stop])
        #expect(unit.raising(from: Self.state("inactive", "static")) == [.mask])
    }
}
