import Glibc
import Rego

/// Measures a policy: `policybench CASE SECONDS` prints a line of JSON.
///
/// The policy is compiled, the query prepared and the input read beforehand; what is timed is one evaluation on one
/// thread, in processor time, which does not depend on what else the machine does. With `count-allocations` preloaded,
/// the allocations of an evaluation are counted as well.
@main struct PolicyBench {
    private let query: PreparedQuery
    private let input: RegoValue
    private let preparation: Double

    static func main() throws {
        guard CommandLine.arguments.count == 3, let seconds = Double(CommandLine.arguments[2]) else {
            fail("usage: policybench CASE SECONDS", status: 64)
        }
        try PolicyBench(CommandLine.arguments[1]).measure(seconds)
    }

    private init(_ folder: String) throws {
        let source = Self.text(folder + "/policy.rego")
        let data = Self.text(folder + "/data.json")
        input = try RegoValue(json: Self.text(folder + "/input.json"))
        let began = Self.now
        let engine = try RegoEngine(
            modules: [try RegoModule(parsing: source, name: "policy.rego")], data: try RegoValue(json: data))
        query = try engine.prepare(Self.text(folder + "/query"))
        preparation = Self.now - began
    }

    private func measure(_ seconds: Double) throws {
        guard let value = try query.evaluate(input: input).value else {
            Self.fail("the query is undefined")
        }
        var samples: [Double] = []
        let repetitions = max(1, Int(0.005 / (try once())))
        let end = Self.now + seconds
        while samples.count < 3 || Self.now < end {
            let began = Self.now
            for _ in 0..<repetitions { _ = try query.evaluate(input: input) }
            samples.append((Self.now - began) / Double(repetitions))
        }
        samples.sort()
        var line: [String: RegoValue] = [
            "seconds": Self.number(samples[samples.count / 2]), "prepare": Self.number(preparation), "value": value,
        ]
        if let count = try allocations() { line["allocations"] = RegoValue(count) }
        Self.write(
            RegoValue.object(RegoObject(line.map { (key: RegoValue($0.key), value: $0.value) })).json, to: STDOUT_FILENO
        )
    }

    /// The shortest of some evaluations.
    private func once() throws -> Double {
        var shortest = Double.infinity
        for _ in 0..<5 {
            let began = Self.now
            _ = try query.evaluate(input: input)
            shortest = min(shortest, Self.now - began)
        }
        return max(shortest, 1e-7)
    }

    /// How often an evaluation allocates, where somebody counts.
    private func allocations() throws -> Int? {
        guard let symbol = dlsym(nil, "allocations_made") else { return nil }
        // Safety: the function of count-allocations.c, which takes nothing and answers a count.
        let made = unsafeBitCast(symbol, to: (@convention(c) () -> Int).self)
        let before = made()
        for _ in 0..<10 { _ = try query.evaluate(input: input) }
        return (made() - before) / 10
    }

    private static func number(_ value: Double) -> RegoValue {
        RegoNumber(value).map { .number($0) } ?? .null
    }

    private static func write(_ line: String, to file: Int32) {
        let bytes = Array((line + "\n").utf8)
        var offset = 0
        while offset < bytes.count {
            let written = bytes[offset...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard written > 0 else { exit(1) }
            offset += written
        }
    }

    private static func fail(_ message: String, status: Int32 = 1) -> Never {
        write("policybench: \(message)", to: STDERR_FILENO)
        exit(status)
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func text(_ path: String) -> String {
        guard let file = fopen(path, "r") else {
            fail("cannot open \(path)")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
