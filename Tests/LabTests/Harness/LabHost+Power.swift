import Glibc
import Synchronization
import TestSupport

/// `_IOR('X', 125, __u32)` of ext4: the file system stops at once.
private let ext4Shutdown: UInt = 0x8004_587d
/// `EXT4_GOING_FLAGS_NOLOGFLUSH`: what the journal has not yet written stays unwritten.
private let withoutFlushingTheLog: UInt32 = 2
/// What systemd-nspawn exits with when its host asked for a reboot.
private let rebootStatus: Int32 = 133

extension LabHost {
    /// Boots the host and returns when its systemd has started everything.
    func boot(timeout: Duration = .seconds(90)) async throws {
        guard state.withLock({ $0 == nil }) else { throw LabError("host \(name) is running already") }
        let arguments = runHostArguments("boot")
        let directory = directory
        let start = ContinuousClock.now
        let running = try await onOwnThread {
            try Self.bootBlocking(arguments, directory: directory, deadline: start + timeout)
        }
        let duration = ContinuousClock.now - start
        bootTime.withLock { $0 = duration }
        state.withLock { $0 = running }
    }

    private static func bootBlocking(
        _ arguments: [String], directory: String, deadline: ContinuousClock.Instant
    ) throws -> Running {
        let notifications = try NotifySocket(path: "\(directory)/notify")
        let lifeline = try ChildPipe()
        var environment = labEnvironment
        environment["NOTIFY_SOCKET"] = notifications.path
        let process = try ChildProcess.start(
            arguments, environment: environment, output: .log("\(directory)/console.log"), error: .output,
            others: [lifeline.reading])
        lifeline.reading.close()
        var leader: pid_t?
        while ContinuousClock.now < deadline {
            for line in notifications.receive(milliseconds: 50) {
                if line.hasPrefix("X_NSPAWN_LEADER_PID=") { leader = pid_t(line.dropFirst(20)) }
                if line == "READY=1", let leader {
                    return Running(process: process, leader: leader, lifeline: lifeline.writing)
                }
            }
            if let status = process.pollStatus() {
                throw LabError("the host ended with status \(status) while booting")
            }
        }
        process.killGroup()
        if let leader { kill(leader, SIGKILL) }
        _ = process.wait(until: .now + .seconds(10))
        throw LabError("the host was not up in time")
    }

    /// Kills every process of the host at once.
    ///
    /// What was written stays, synced or not.
    func killHost() async throws {
        let running = try takeRunning()
        try await Self.end(running)
        try await waitUntilDiskIsFree()
    }

    /// Cuts the power: unsynced data is lost, every process ends, nothing says good-bye.
    ///
    /// Needs a cuttable disk.
    func powerCut() async throws {
        guard disk == .cuttable else { throw LabError("host \(name) has no cuttable disk") }
        let running = try takeRunning()
        // nspawn's mount namespace has the disk; this machine's own does not.
        let mountPoint = "/proc/\(running.process.pid)/root\(directory)/disk"
        try await onOwnThread {
            let disk = OwnedDescriptor(open(mountPoint, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
            guard disk.isOpen else { throw LabError("cannot open '\(mountPoint)'", errno: errno) }
            var flags = withoutFlushingTheLog
            guard ioctl(disk.number, ext4Shutdown, &flags) == 0 else {
                throw LabError("cannot cut the power of '\(mountPoint)'", errno: errno)
            }
        }
        try await Self.end(running)
        try await waitUntilDiskIsFree()
    }

    /// Lets the file system under the host fail: it turns read-only at once, as it does after an error of the disk,
    /// whatever is open.
    ///
    /// Needs a cuttable disk. What was not written yet is lost; the host goes on until it is killed.
    func failDisk() async throws {
        guard disk == .cuttable else { throw LabError("host \(name) has no cuttable disk") }
        guard let running = state.withLock({ $0 }) else { throw LabError("host \(name) is not running") }
        // Its own answer is no help: what is asked for is the failure.
        _ = try await ChildProcess.run(
            [
                "nsenter", "--target", "\(running.process.pid)", "--mount", "mount", "-o", "remount,abort",
                "\(directory)/disk",
            ], timeout: .seconds(10))
        let isReadOnly = try await execute(["sh", "-c", "! touch /var/lib/probe 2>/dev/null"]).status == 0
        guard isReadOnly else { throw LabError("the disk of \(name) takes writes still") }
    }

    /// Asks the host's systemd to power off, and waits until it has.
    func shutDown(timeout: Duration = .seconds(60)) async throws {
        let status = try await leave("poweroff", timeout: timeout)
        guard status == 0 else { throw LabError("host \(name) powered off with status \(status)") }
    }

    /// Asks the host's systemd to reboot, and returns when it is up again.
    func reboot(timeout: Duration = .seconds(60)) async throws {
        let status = try await leave("reboot", timeout: timeout)
        guard status == rebootStatus else { throw LabError("host \(name) left for a reboot with status \(status)") }
        try await boot(timeout: timeout)
    }

    private func leave(_ verb: String, timeout: Duration) async throws -> Int32 {
        try await execute(["systemctl", "--no-block", verb]).checked()
        let running = try takeRunning()
        let status = try await onOwnThread { running.process.wait(until: .now + timeout) }
        guard let status else {
            try await Self.end(running)
            throw LabError("host \(name) did not \(verb) within \(timeout)")
        }
        running.dismissLifeline()
        try await waitUntilDiskIsFree()
        return status
    }

    /// Kills everything of a host and waits until it is gone.
    static func end(_ running: Running) async throws {
        try await onOwnThread {
            // The end of PID 1 is the end of every process in its namespace, and nspawn follows it.
            kill(running.leader, SIGKILL)
            if running.process.wait(until: .now + .seconds(10)) == nil {
                running.process.killGroup()
                guard running.process.wait(until: .now + .seconds(10)) != nil else {
                    throw LabError("process \(running.process.pid) does not end")
                }
            }
            running.dismissLifeline()
        }
    }

    /// Waits until no loop device holds the host's disk: the file system is unmounted only then.
    func waitUntilDiskIsFree() async throws {
        guard disk == .cuttable else { return }
        let image = "\(directory)/disk.img"
        try await poll("loop device of \(name) released", within: .seconds(20), every: .milliseconds(5)) {
            try await ChildProcess.run(["losetup", "--associated", image], timeout: .seconds(10)).checked().line.isEmpty
        }
    }
}
