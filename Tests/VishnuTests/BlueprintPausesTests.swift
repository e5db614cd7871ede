import Model
import TestSupport
import Testing

@testable import Vishnu

@Suite struct BlueprintPausesTests {
    private func blueprint(_ version: UInt64, pause: Pause?) -> Object<BlueprintKind> {
        var metadata = ObjectMeta(name: "web")
        metadata.resourceVersion = ResourceVersion(version)
        var status = BlueprintKind.Status()
        status.paused = pause
        return Object(metadata: metadata, spec: .object([:]), status: status)
    }

    private let now = WallTime(seconds: 100)

    @Test func `an event that comes late does not end a pause that is newer`() {
        var pauses = BlueprintPauses()
        pauses.note(blueprint(5, pause: Pause(by: "0:root", since: now)))
        pauses.note(blueprint(4, pause: nil))
        #expect(pauses.inForce(at: now) == ["web"])
        pauses.note(blueprint(6, pause: nil))
        #expect(pauses.inForce(at: now).isEmpty)
    }

    @Test(.tags(.i8)) func `a deleted blueprint is forgotten with its pause`() {
        var pauses = BlueprintPauses()
        pauses.note(blueprint(5, pause: Pause(by: "0:root", since: now)))
        pauses.forget("web")
        #expect(pauses.inForce(at: now).isEmpty)
    }

    @Test func `a pause ends by itself`() {
        var pauses = BlueprintPauses()
        pauses.note(blueprint(1, pause: Pause(by: "0:root", since: now, until: WallTime(seconds: 200))))
        #expect(pauses.inForce(at: now) == ["web"])
        #expect(pauses.inForce(at: WallTime(seconds: 200)).isEmpty)
    }
}
