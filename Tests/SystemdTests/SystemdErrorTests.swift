import Glibc
import Testing

@testable import Systemd

@Suite struct SystemdErrorTests {
    @Test(arguments: [
        (ENOENT, SystemdError.Code.unavailable), (ECONNREFUSED, .unavailable), (EACCES, .accessDenied),
        (EPERM, .accessDenied), (EINVAL, .invalidArgument), (ECONNRESET, .disconnected), (ETIMEDOUT, .timedOut),
        (EBADMSG, .invalidReply), (ENOBUFS, .overloaded), (EIO, .failed),
    ])
    func `a failed call says what was tried and why`(number: Int32, code: SystemdError.Code) {
        let error = SystemdError.of(-number, "cannot do it")
        #expect(error.code == code)
        #expect(error.message == "cannot do it: \(String(cString: strerror(number)))")
        #expect(error.description == error.message)
    }

    @Test(arguments: [
        ("org.freedesktop.systemd1.NoSuchUnit", SystemdError.Code.notFound, false),
        ("org.freedesktop.systemd1.UnitMasked", .masked, false),
        ("org.freedesktop.DBus.Error.AccessDenied", .accessDenied, false),
        ("org.freedesktop.DBus.Error.NoReply", .unavailable, true),
        ("org.freedesktop.DBus.Error.LimitsExceeded", .overloaded, true),
        ("org.freedesktop.systemd1.TransactionIsDestructive", .rejected, false),
    ])
    func `a bus error is sorted by its name`(name: String, code: SystemdError.Code, isRetriable: Bool) {
        let error = SystemdError.ofBus(name: name, message: "why", "cannot do it")
        #expect(error.code == code && error.isRetriable == isRetriable && error.busErrorName == name)
        #expect(error.message == "cannot do it: why (\(name))")
    }

    @Test func `durations become microseconds and never overflow`() {
        #expect(Duration.milliseconds(1).wholeMicroseconds == 1000)
        #expect(Duration.nanoseconds(1999).wholeMicroseconds == 1)
        #expect(Duration.seconds(-1).wholeMicroseconds == 0)
        #expect(Duration.seconds(Int64.max).wholeMicroseconds == .max)
        #expect((MonotonicTime.now + .seconds(Int64.max)).microseconds == .max)
        #expect(MonotonicTime(microseconds: 0).remaining == 0)
    }
}
