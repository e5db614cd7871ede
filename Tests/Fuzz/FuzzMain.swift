import Glibc
import NIOCore
import NIOPosix

// The program of `make fuzz`; libFuzzer does the rest. FUZZ_TARGET names the target.

private let chosen: FuzzTarget = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
        let names = FuzzTarget.all.map(\.name).joined(separator: ", ")
        tell("FUZZ_TARGET must be one of \(names), not '\(name)'")
        exit(64)
    }
    return target
}()

/// Writes a line for people; optimised code drops the messages of its traps.
private func tell(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

private typealias FuzzOne = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

// Safety: libFuzzer's own function; the arguments are those of the program and outlive it.
@_silgen_name("LLVMFuzzerRunDriver")
private func run(
    _ count: UnsafeMutablePointer<CInt>,
    _ values: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>, _ one: FuzzOne
) -> CInt

// Safety: libFuzzer's memory is read within the call, and copied.
/// Works on one input; a finding is a trap.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ data: UnsafePointer<UInt8>?, _ length: Int) -> CInt {
    // Safety: as above.
    let input = Array(UnsafeBufferPointer(start: data, count: length))
    let loop = MultiThreadedEventLoopGroup.singleton.any()
    do { try loop.makeFutureWithTask { try await chosen.run(input) }.wait() } catch {
        tell(FuzzFinding.report(of: "\(error)", in: chosen, for: input))
        // Now libFuzzer saves the input, and says where.
        abort()
    }
    return 0
}

// Safety: the arguments are those of the program and outlive it.
/// Where the package manager's linker flags begin the program.
@_cdecl("Fuzz_main")
public func fuzzMain(_ count: CInt, _ values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
    var count = count
    var values = values
    return run(&count, &values, fuzzOne)
}
