import Glibc
import TestSupport

/// Programs in C that a test runs in a host, compiled from `Fixtures` or from another folder of the checkout.
enum LabProgram {
    /// The bytes of a program, which needs nothing of the host unless it is `dynamic`.
    static func build(_ name: String, of folder: String? = nil, dynamic: Bool = false) async throws -> [UInt8] {
        let number = await LabSite.shared.nextName(name)
        let program = "\(Lab.hostsDirectory)/\(number)-program"
        try makeDirectories(Lab.hostsDirectory)
        defer { unlink(program) }
        // The toolchain brings clang where there is no cc.
        let build = "$(command -v cc || command -v clang) -O2 \(dynamic ? "" : "-static") -o \"$1\" \"$2\""
        let source = "\(folder ?? Lab.sourceDirectory + "/Fixtures")/\(name).c"
        let environment = ["PATH": Lab.environment("PATH") ?? "/usr/bin"]
        try await ChildProcess.run(
            ["sh", "-euc", build, "sh", program, source], environment: environment, timeout: .seconds(60)
        ).checked()
        return try readBytes(program)
    }
}

extension LabHost {
    /// Puts a program into the host, with its parent directories.
    func putProgram(_ bytes: [UInt8], at path: String) async throws {
        let script = "mkdir -p \"$(dirname \"$1\")\" && cat >\"$1\" && chmod 755 \"$1\""
        try await execute(["sh", "-c", script, "sh", path], bytes: bytes).checked()
    }
}
