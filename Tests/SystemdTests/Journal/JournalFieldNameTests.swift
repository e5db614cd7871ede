import Testing

@testable import Systemd

@Suite struct JournalFieldNameTests {
    @Test(arguments: ["A", "MESSAGE", "AETHEREDGE_ACTOR_PID", "A1", "A_", String(repeating: "A", count: 64)])
    func `a name that journald takes from clients is valid`(name: String) {
        #expect(JournalFieldName.isValid(name))
    }

    @Test(arguments: [
        "", "_PID", "_", "1A", "a", "Message", "A B", "A=B", "A-B", "A\n", "A\0", "É",
        String(repeating: "A", count: 65),
    ])
    func `a name that journald drops is invalid`(name: String) {
        #expect(!JournalFieldName.isValid(name))
    }
}
