/// Why a fixture could not do its part.
struct TestFailure: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
