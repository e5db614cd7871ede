import Testing

@testable import HTTPTransport

@Suite struct BodyBufferTests {
    @Test func `bytes wait for the reader up to the capacity, then the transfer pauses until they are taken`() {
        var buffer = BodyBuffer<Int>(capacity: 4)
        #expect(buffer.offer([1, 2, 3]).isNone)
        #expect(buffer.offer([4, 5]).isPause)
        guard case .deliverAndResumeTransfer(.success(let bytes)) = buffer.take(1) else {
            Issue.record("the transfer stays paused")
            return
        }
        #expect(bytes == [1, 2, 3])
        #expect(buffer.offer([4, 5]).isNone)
        guard case .deliver(.success(let rest)) = buffer.take(2) else {
            Issue.record("nothing was delivered")
            return
        }
        #expect(rest == [4, 5])
    }

    @Test func `one chunk above the capacity is taken when nothing else is held`() {
        var buffer = BodyBuffer<Int>(capacity: 1)
        #expect(buffer.offer([1, 2, 3]).isNone)
        #expect(buffer.offer([4]).isPause)
    }

    @Test func `a reader that waits gets the next chunk and the end`() {
        var buffer = BodyBuffer<Int>(capacity: 4)
        guard case .wait = buffer.take(7), case .deliver(7, .success([1]?)) = buffer.offer([1]) else {
            Issue.record("the waiting reader was passed over")
            return
        }
        guard case .wait = buffer.take(8), case (8, .success(nil))? = buffer.finish(.success(())) else {
            Issue.record("the waiting reader does not hear of the end")
            return
        }
        #expect(buffer.offer([2]).isAbort)
        #expect(buffer.finish(.success(())).map { $0.0 } == nil)
    }

    @Test func `an error comes after what was received, a cancellation instead of it`() {
        var broken = BodyBuffer<Int>(capacity: 4)
        _ = broken.offer([1])
        _ = broken.finish(.failure(TransportError(.closed, "closed")))
        guard case .deliver(.success([1]?)) = broken.take(1), case .deliver(.failure) = broken.take(2) else {
            Issue.record("the bytes before the error were lost")
            return
        }
        var cancelled = BodyBuffer<Int>(capacity: 4)
        _ = cancelled.offer([1])
        _ = cancelled.finish(.failure(TransportError(.cancelled, "cancelled")))
        guard case .deliver(.failure(let error)) = cancelled.take(1) else {
            Issue.record("bytes came after a cancellation")
            return
        }
        #expect(error.code == .cancelled)
    }

    @Test func `two readers at once are a programmer's error`() async {
        await #expect(processExitsWith: .failure) {
            var buffer = BodyBuffer<Int>(capacity: 4)
            _ = buffer.take(1)
            _ = buffer.take(2)
        }
    }
}

extension BodyBuffer.OfferAction {
    fileprivate var isNone: Bool { if case .none = self { true } else { false } }
    fileprivate var isPause: Bool { if case .pause = self { true } else { false } }
    fileprivate var isAbort: Bool { if case .abort = self { true } else { false } }
}
