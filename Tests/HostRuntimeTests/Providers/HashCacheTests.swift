import HostRuntime
import HostTestSupport
import LinuxIO
import Model
import TestSupport
import Testing

@Suite struct HashCacheTests {
    /// The content by cache, with the bytes unreadable where that is asked for.
    private func content(_ path: String, _ host: SimulatedHost, _ cache: HashCache) throws -> DeclaredContent {
        let status = try #require(try host.status(of: path))
        return try cache.content(of: path, status: status, on: host)
    }

    @Test func `a file that did not change is not read again`() throws {
        let host = SimulatedHost(seed: 1)
        host.write("/etc/a", "x")
        host.advance(by: 1_000_000_000)
        let cache = HashCache(seed: 1)
        #expect(try content("/etc/a", host, cache) == DeclaredContent("x"))
        // The next look at the status passes, the reading of the bytes would not.
        host.inject(SimulatedFault(path: "/etc/a", code: .inputOutput, skip: 1, affectsReading: true))
        #expect(try content("/etc/a", host, cache) == DeclaredContent("x"))
    }

    @Test func `a file younger than a clock tick is never trusted`() throws {
        let host = SimulatedHost(seed: 1)
        let cache = HashCache(seed: 1)
        host.write("/etc/a", "x")
        #expect(try content("/etc/a", host, cache) == DeclaredContent("x"))
        // Same size, same inode, and the same tick: nothing but the bytes differs.
        host.write("/etc/a", "y")
        #expect(try content("/etc/a", host, cache) == DeclaredContent("y"))
        #expect(cache.count == 0)
        host.advance(by: 1_000_000_000)
        _ = try content("/etc/a", host, cache)
        #expect(cache.count == 1)
    }

    @Test func `whole seconds need two of them`() throws {
        let host = SimulatedHost(seed: 1)
        let cache = HashCache(seed: 1)
        host.setWallTime(WallTime(nanoseconds: 1_800_000_000_000_000_000))
        host.write("/etc/a", "x")
        #expect(try #require(try host.status(of: "/etc/a")).changed.nanoseconds == 0)
        host.advance(by: 1_990_000_000)
        _ = try content("/etc/a", host, cache)
        #expect(cache.count == 0)
        host.advance(by: 200_000_000)
        _ = try content("/etc/a", host, cache)
        #expect(cache.count == 1)
    }

    @Test func `a clock that was set back trusts nothing from the future`() throws {
        let host = SimulatedHost(seed: 1)
        let cache = HashCache(seed: 1)
        host.write("/etc/a", "x")
        host.setWallTime(WallTime(nanoseconds: 1_600_000_000_000_000_000))
        _ = try content("/etc/a", host, cache)
        #expect(cache.count == 0)
    }

    @Test(.tags(.i8)) func `it is bounded, and what is used stays`() throws {
        let host = SimulatedHost(seed: 1)
        for number in 0..<40 { host.write("/etc/f\(number)", "\(number)") }
        host.write("/etc/used", "used")
        host.advance(by: 1_000_000_000)
        let cache = HashCache(capacity: 10, seed: 1)
        for number in 0..<40 {
            #expect(try content("/etc/f\(number)", host, cache) == DeclaredContent("\(number)"))
            #expect(try content("/etc/used", host, cache) == DeclaredContent("used"))
            #expect(cache.count <= 10)
        }
        host.inject(SimulatedFault(path: "/etc/used", code: .inputOutput, skip: 1, affectsReading: true))
        #expect(try content("/etc/used", host, cache) == DeclaredContent("used"))
    }
}
