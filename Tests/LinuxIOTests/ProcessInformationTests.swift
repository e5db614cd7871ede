import Glibc
import Testing

@testable import LinuxIO

@Suite struct ProcessInformationTests {
    @Test func `this process is found with what it knows of itself`() throws {
        let process = try #require(ProcessInformation.read(pid: getpid()))
        #expect(process.pid == getpid() && process.parentPID == getppid())
        #expect(process.uid == geteuid() && process.gid == getegid())
        #expect(process.startTime > 0)
        #expect(process.executable?.hasPrefix("/") == true)
        #expect(process.arguments.first == CommandLine.arguments.first)
        #expect(process.cgroup?.hasPrefix("/") == true)
    }

    @Test(arguments: [Int32(0), -1, Int32.min, Int32.max])
    func `a number that no process has gives nothing`(pid: Int32) {
        #expect(ProcessInformation.read(pid: pid) == nil)
    }

    @Test func `a process descends from its parent and from its parent's parent`() throws {
        let shell = try ChildShell("sh -c 'read line; :'; :")
        defer { shell.wait() }
        let process = try #require(ProcessInformation.read(pid: shell.pid))
        let ancestors = ProcessInformation.ancestors(of: process)
        #expect(ancestors.count <= ProcessInformation.ancestorsMaximum)
        #expect(ancestors.first?.pid == getpid())
        #expect(ancestors.first?.executable == ProcessInformation.read(pid: getpid())?.executable)
        if ancestors.count > 1 { #expect(ancestors[1].pid == getppid()) }
    }

    @Test func `a parent that is younger than its child is not its parent`() throws {
        let process = try #require(ProcessInformation.read(pid: getpid()))
        let older = ProcessInformation(pid: 1, parentPID: getpid(), startTime: process.startTime - 1, comm: "old")
        #expect(ProcessInformation.ancestors(of: older).isEmpty)
    }

    @Test func `a process that has ended and was not waited for has a name but no program`() throws {
        let shell = try ChildShell("exit 0")
        let descriptor = try #require(try SharedDescriptor.process(shell.pid))
        // The descriptor is readable once the process has ended.
        var poll = Poll()
        poll.add(descriptor.rawValue)
        #expect(try poll.wait(timeout: .seconds(20)) == 1)
        let process = try #require(ProcessInformation.read(pid: shell.pid))
        #expect(process.comm == "sh" && process.executable == nil && process.arguments.isEmpty)
        #expect(descriptor.isProcessPresent)
        shell.wait()
        #expect(!descriptor.isProcessPresent)
        #expect(ProcessInformation.read(pid: shell.pid) == nil)
    }

    @Test(arguments: ["bash", "a) R 1 2 3", "((", ") (", "new\nline", "", "a b  c"])
    func `the name of a process may hold anything`(comm: String) throws {
        let text =
            "4711 (\(comm)) S 17 4711 4711 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000 10 18446744073709551615\n"
        let stat = try #require(ProcessStat(text))
        #expect(stat.pid == 4_711 && stat.comm == comm && stat.state == "S")
        #expect(stat.parentPID == 17 && stat.startTime == 98_765)
    }

    @Test(arguments: ["", "1", "1 (a", "1 a) S 1", "x (a) S 1 2", "1 (a) S", ") 1 ("])
    func `a stat line that lacks something is none`(text: String) {
        #expect(ProcessStat(text) == nil)
    }

    @Test func `a stat line that is cut off anywhere before the start time is none`() {
        let text = "1 (a) S 17 2 3 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 98765"
        for length in 0..<(text.count - 5) { #expect(ProcessStat(String(text.prefix(length))) == nil) }
        #expect(ProcessStat(text)?.startTime == 98_765)
    }

    @Test func `the ids are the effective ones of the real lines`() {
        let text = "Name:\tUid:\\n\nUmask:\t0022\nUid:\t1000\t0\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t9\n"
        #expect(ProcessStatus(text) == ProcessStatus("Uid:\t9\t0\t9\t9\nGid:\t9\t6\t9\t9\n"))
        #expect(ProcessStatus(text)?.uid == 0)
        #expect(ProcessStatus(text)?.gid == 6)
        #expect(ProcessStatus("Uid:\t1000\t0\t3\t4\n") == nil)
        #expect(ProcessStatus("Uid:\t1000\nGid:\tx\ty\n") == nil)
    }

    @Test func `arguments are split at their ends, empty ones and cut ones included`() {
        #expect(ProcessInformation.parseArguments(Array("sh\0-c\0\0".utf8)) == ["sh", "-c", ""])
        #expect(ProcessInformation.parseArguments(Array("sh\0lo".utf8)) == ["sh", "lo"])
        #expect(ProcessInformation.parseArguments([]) == [])
        #expect(ProcessInformation.parseArguments([0xff, 0]) == ["\u{fffd}"])
    }

    @Test func `a long command line is cut at its bound`() throws {
        let shell = try ChildShell("read line # " + String(repeating: "x", count: 10_000))
        defer { shell.wait() }
        let process = try #require(ProcessInformation.read(pid: shell.pid))
        #expect(process.arguments.joined(separator: "\0").utf8.count <= ProcessInformation.commandLineMaximum)
    }
}

@Suite struct ControlGroupTests {
    @Test(arguments: [
        ("0::/system.slice/nginx.service\n", "/system.slice/nginx.service"),
        ("0::/\n", "/"),
        ("12:pids:/x\n1:name=systemd:/system.slice/a.service\n0::/other\n", "/system.slice/a.service"),
        ("9:name=systemd:/\n0::/system.slice/b.service\n", "/system.slice/b.service"),
        ("1:name=systemd:/docker/ab:cd\n", "/docker/ab:cd"),
        ("1:name=systemd:/\u{301}x\n", "/\u{301}x"),
        ("0::/system.slice/a.service (deleted)\n", "/system.slice/a.service"),
    ])
    func `the path is that of systemd's hierarchy`(table: String, path: String) {
        #expect(ControlGroup.path(inTable: table) == path)
    }

    @Test(arguments: ["", "\n", "garbage", "5:cpu:/x", "0::relative", "0:"])
    func `a table without that hierarchy has no path`(table: String) {
        #expect(ControlGroup.path(inTable: table) == nil)
    }

    @Test(
        arguments: [
            ("/system.slice/nginx.service", "nginx.service", nil),
            ("/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service", nil),
            ("/user.slice/user-1000.slice/session-3.scope", "session-3.scope", "3"),
            ("/user.slice/user-1000.slice/session-c2.scope", "session-c2.scope", "c2"),
            ("/user.slice/user-1000.slice/user@1000.service/app.slice/editor.service", "user@1000.service", nil),
            ("/user.slice/user-1000.slice/user@1000.service/\u{301}a.service", "user@1000.service", nil),
            ("/machine.slice/libpod-1234.scope/container", "libpod-1234.scope", nil),
            ("/system.slice/_cpu.service", "cpu.service", nil),
            ("/init.scope", "init.scope", nil),
            ("/", nil, nil),
            ("/docker/0123", nil, nil),
            ("/system.slice/.service", nil, nil),
            ("/user.slice/session-.scope", "session-.scope", nil),
        ] as [(String, String?, String?)])
    func `the unit is the first below the slices and the session that of its scope`(
        path: String, unit: String?, session: String?
    ) {
        #expect(ControlGroup.unit(inPath: path) == unit)
        #expect(ControlGroup.session(inPath: path) == session)
    }
}
