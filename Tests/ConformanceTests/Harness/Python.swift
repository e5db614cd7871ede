import FoundationEssentials
import Glibc

/// The programs that `make deps` installs from PyPI: the Python client of Kubernetes, kopf, and schemathesis.
enum Python {
    /// Where they are; AETHEREDGE_PYTHON names another directory.
    static let directory =
        getenv("AETHEREDGE_PYTHON").map { String(cString: $0) } ?? Kubectl.tools + "/python/bin"
    static let isInstalled = ["schemathesis", "kopf"].allSatisfy { access(directory + "/" + $0, X_OK) == 0 }

    /// Whether the tests that need them run: where nothing may be skipped they fail instead.
    static let isExpected = isInstalled || ProcessInfo.processInfo.environment["AETHEREDGE_LAB"] == "required"

    /// A file of the tests.
    static func fixture(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures/" + name
    }
}
