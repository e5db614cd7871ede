/// A transfer as it is handed to the transport's thread.
struct Order: Sendable {
    typealias Answer = CheckedContinuation<Result<Response, TransportError>, Never>
    typealias HeadAnswer = CheckedContinuation<Result<ResponseHead, TransportError>, Never>

    /// Who gets the answer.
    enum Recipient: Sendable {
        case whole(Answer)
        case stream(HeadAnswer, BodyChannel)
    }

    let id: TransferID
    let request: Request
    let userAgent: String
    let deadline: ContinuousClock.Instant
    let recipient: Recipient

    /// How messages name the request.
    var subject: String { "\(request.method.rawValue) \(RedactedURL(request.url))" }

    /// Answers a transfer that never started.
    func refuse(_ error: TransportError) {
        switch recipient {
        case .whole(let answer): answer.resume(returning: .failure(error))
        case .stream(let answer, let channel):
            channel.finish(.failure(error))
            answer.resume(returning: .failure(error))
        }
    }

    func error(_ code: TransportError.Code, _ reason: String) -> TransportError {
        TransportError(code, "cannot \(subject): \(reason)")
    }
}
