internal import HTTPTransport
internal import LinuxIO
internal import Model

/// Speaks to the daemon over its control socket.
///
/// Any number of tasks may use one client at the same time. Letting go of it closes its connections.
public final class APIClient: Sendable {
    /// Where the daemon listens unless told otherwise.
    public static let defaultSocketPath = "/run/aetheredge/control.sock"
    /// Objects of one page of a list.
    static let pageSize = 500
    private static let answerMaximum = 64 << 20

    private let location: SocketLocation
    private let transport: Transport
    private let timeout: Duration

    /// Makes a client of the daemon on a socket; nothing is sent yet.
    ///
    /// `timeout` bounds every answer but streams.
    public init(
        socketPath: String = APIClient.defaultSocketPath, timeout: Duration = .seconds(120)
    ) throws(ControlClientError) {
        location = SocketLocation(path: socketPath)
        self.timeout = timeout
        do {
            transport = try Transport(userAgent: "aetherctl")
        } catch {
            throw ControlClientError(.unavailable, "cannot start the HTTP client: \(error)", cause: error)
        }
    }

    /// The socket's path.
    public var socketPath: String { location.path }

    /// Ends every request and waits for the client's thread.
    public func shutdown() async { await transport.shutdown() }

    /// Sends a request for a path of the API, such as `/version`, and returns the body of a successful answer.
    public func send(
        _ method: String = "GET", path: String, parameters: [(String, String)] = [],
        accept: String = "application/json",
        contentType: String = "application/json", body: [UInt8] = []
    ) async throws(ControlClientError) -> [UInt8] {
        let request = try makeRequest(
            method, path: path, parameters: parameters, accept: accept, contentType: contentType, body: body)
        do {
            let response = try await transport.send(request)
            guard response.head.isSuccess else {
                throw Self.refusal(response.status, response.body)
            }
            return response.body
        } catch let error as TransportError {
            throw failure(error)
        } catch let error as ControlClientError {
            throw error
        } catch {
            throw ControlClientError(.unavailable, "\(error)", cause: error)
        }
    }

    /// Sends a request whose answer is read as it arrives.
    func stream(
        path: String, parameters: [(String, String)], accept: String
    ) async throws(ControlClientError) -> ResponseBody {
        let request = try makeRequest(
            "GET", path: path, parameters: parameters, accept: accept, contentType: "", body: [])
        let response: StreamingResponse
        do {
            response = try await transport.stream(request)
        } catch {
            throw failure(error)
        }
        if response.head.isSuccess { return response.body }
        var body: [UInt8] = []
        do {
            for try await chunk in response.body where body.count < 1 << 20 { body += chunk }
        } catch {
            throw failure(error)
        }
        throw Self.refusal(response.status, body)
    }

    /// What a failed transfer means.
    func failure(_ error: TransportError) -> ControlClientError {
        switch error.code {
        case .connect:
            location.forget()
            return unreachable(location.connectProblem(), error)
        case .timeout:
            return ControlClientError(
                .timeout,
                "the daemon on '\(socketPath)' took too long: \(error.message); see journalctl -u aetheredged",
                cause: error)
        case .cancelled, .shutdown:
            return ControlClientError(.cancelled, "the request was cancelled", cause: error)
        case .closed, .protocol:
            return ControlClientError(
                .unreachable,
                "the daemon on '\(socketPath)' closed the connection: \(error.message); is it stopping? "
                    + "systemctl status aetheredged", cause: error)
        case .tooLarge:
            return ControlClientError(.badAnswer, "the answer is too large: \(error.message)", cause: error)
        case .overloaded, .resources:
            return ControlClientError(.unavailable, error.message, cause: error)
        default:
            return ControlClientError(.badAnswer, error.message, cause: error)
        }
    }

    private func unreachable(_ problem: LinuxIOError?, _ error: any Error) -> ControlClientError {
        if let problem, problem.code == .access || problem.code == .notPermitted {
            return ControlClientError(
                .socketDenied,
                "you may not connect to '\(socketPath)': \(problem); ask for membership in the group aetheredge, "
                    + "or use sudo", cause: problem)
        }
        let reason = problem.map(String.init(describing:)) ?? String(describing: error)
        return ControlClientError(
            .unreachable,
            "the daemon does not answer on '\(socketPath)': \(reason); is aetheredged running? "
                + "systemctl status aetheredged", cause: problem ?? error)
    }

    private func makeRequest(
        _ method: String, path: String, parameters: [(String, String)], accept: String, contentType: String,
        body: [UInt8]
    ) throws(ControlClientError) -> Request {
        let address: String
        do {
            address = try location.address()
        } catch {
            throw unreachable(error, error)
        }
        var headers: HeaderFields = ["Accept": accept]
        if !body.isEmpty { headers.append(name: "Content-Type", value: contentType) }
        let query = parameters.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }
        let target = query.isEmpty ? path : path + "?" + query.joined(separator: "&")
        return Request(
            Request.Method(rawValue: method), "http://localhost\(target)", headers: headers, body: body,
            timeout: timeout, responseSizeMaximum: Self.answerMaximum, unixSocketPath: address, proxy: .none)
    }

    private static func refusal(_ code: Int, _ body: [UInt8]) -> ControlClientError {
        if let json = try? JSONValue(parsing: body), let status = APIStatus(json: json) {
            return ControlClientError(status)
        }
        let text = JSONValue.string(String(decoding: body.prefix(200), as: UTF8.self)).canonicalText
        return ControlClientError(.badAnswer, "the daemon answered \(code) without a status: \(text)")
    }
}
