import Model
import Store
import Testing

@testable import HostRuntime

@Suite struct StepRecordsTests {
    private func record(_ index: Int) -> StepRecord {
        StepRecord(
            index: index, resource: ResourceID(type: .file, identity: "/\(index)"),
            operation: .remove(path: "/\(index)"),
            undo: UndoRecord(before: .absent))
    }

    @Test func `steps are known by their index, in any order, and are counted once`() {
        var records = StepRecords()
        #expect(records.isEmpty && records[0] == nil && records[-1] == nil)
        records.add([record(7), record(2)])
        records[2] = record(2)
        records[4] = record(4)
        #expect(records.count == 3)
        #expect(records.all.map(\.index) == [2, 4, 7])
        #expect(records[3] == nil && records[8] == nil)

        records[4]?.state = .done
        records[5]?.state = .done
        #expect(records[4]?.state == .done && records[5] == nil)
        records[4] = nil
        records[4] = nil
        #expect(records.count == 2 && !records.isEmpty)
        records[2] = nil
        records[7] = nil
        #expect(records.isEmpty)
    }
}
