import HostRuntime
import HostTestSupport
import LinuxIO
import TestSupport
import Testing

@Suite struct HostConformanceTests {
    @Test(arguments: HostConformance.cases)
    func `the simulated host`(keeps promise: HostConformance) throws {
        let host = SimulatedHost(seed: 1)
        try promise.run(on: host, outside: SimulatedOutside(host))
    }

    @Test(arguments: HostConformance.cases)
    func `the Linux host`(keeps promise: HostConformance) throws {
        try withTemporaryDirectory("conformance") { path in
            let host = LinuxHost(root: try RootDirectory(path: path), systemd: nil)
            try promise.run(on: host, outside: LinuxOutside(root: path))
        }
    }

    @Test(arguments: HostConformance.cases)
    func `the Linux host that keeps directories open`(keeps promise: HostConformance) throws {
        try withTemporaryDirectory("conformance") { path in
            let host = LinuxHost(root: try RootDirectory(path: path), systemd: nil).keepingDirectories()
            try promise.run(on: host, outside: LinuxOutside(root: path))
        }
    }
}
