import Testing

@testable import HTTPTransport

/// Runs a test with a transport of its own, and waits for its thread afterwards.
func withTransport<Result>(
    limits: Transport.Limits = Transport.Limits(), _ body: (Transport) async throws -> Result
) async throws -> Result {
    let transport = try Transport(limits: limits)
    do {
        let result = try await body(transport)
        await transport.shutdown()
        return result
    } catch {
        await transport.shutdown()
        throw error
    }
}

/// The error that a request ends with; records an issue if it was answered.
func failure(
    of request: Request, on transport: Transport, sourceLocation: SourceLocation = #_sourceLocation
) async -> TransportError? {
    do {
        let response = try await transport.send(request)
        Issue.record("answered with \(response.status)", sourceLocation: sourceLocation)
        return nil
    } catch {
        return error
    }
}

/// Sends a request that must be answered with success.
func expectSuccess(
    of request: Request, on transport: Transport, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let response = try await transport.send(request)
    #expect(response.head.isSuccess, sourceLocation: sourceLocation)
}

/// The code of the transport error that work ends with; `nil` if it ends well.
func code(of work: () async throws -> Void) async -> TransportError.Code? {
    do {
        try await work()
        return nil
    } catch let error as TransportError {
        return error.code
    } catch {
        Issue.record("not a transport error: \(error)")
        return nil
    }
}

/// A request that no proxy variable of the environment reaches.
func direct(_ method: Request.Method = .get, _ url: String) -> Request {
    Request(method, url, proxy: .none)
}
