internal import CCurl

/// libcurl, which is loaded when the first request needs it.
enum Curl {
    /// Why libcurl cannot be used; nil when it is ready.
    private static let problem: String? = {
        if let reason = ccurl_load() { return String(cString: reason) + "; install libcurl4" }
        return ccurl_global_initialise() == CURLE_OK ? nil : "libcurl does not initialise"
    }()

    /// Whether libcurl's functions may be called.
    static var isReady: Bool { problem == nil }

    /// Loads libcurl; fails with `resources` where there is none.
    static func requireReady() throws(TransportError) {
        guard let problem else { return }
        throw TransportError(.resources, "cannot send requests over HTTP: \(problem)")
    }
}
