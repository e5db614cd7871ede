import LinuxIO
import Testing

@Suite struct LinuxIOErrorTests {
    @Test func `an error says the call, the path and the reason in one line`() {
        let error = LinuxIOError(code: .readOnly, call: "renameat2", path: "/etc/motd")
        #expect("\(error)" == "renameat2 '/etc/motd': Read-only file system (EROFS)")
    }

    @Test func `an error without a path and with a detail is one line as well`() {
        let error = LinuxIOError(code: .again, call: "run", detail: "3 jobs are waiting already")
        #expect("\(error)" == "run: Resource temporarily unavailable (EAGAIN); 3 jobs are waiting already")
    }

    @Test func `a number that no header knows has a name all the same`() {
        #expect("\(Errno(rawValue: 4_000))" == "Unknown error 4000 (E4000)")
        #expect(Errno(rawValue: Int32.min).name == "E-2147483648")
    }

    @Test func `the codes of this module are told apart from the kernel's`() {
        #expect(Errno.notRegular.name == "ENOTREG")
        #expect(Errno.untrustedLink.text.contains("others can write"))
    }
}
