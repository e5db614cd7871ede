import CSystemd
import Glibc
import LinuxIO
import Synchronization

@testable import Systemd

/// A method call that a fake peer received.
struct FakeCall: Sendable {
    let path: String
    let interface: String
    let member: String
    let arguments: [BusValue]
}

/// What a fake peer does about a call.
enum FakeAction: Sendable {
    case reply([BusValue])
    case error(String, String)
    case signal(path: String, interface: String, member: String, [BusValue])
    /// Closes the connection.
    case hangUp
}

/// The other end of a D-Bus peer connection: a socket, one thread, one connection at a time.
///
/// It speaks real D-Bus through libsystemd; only what it answers is made up.
final class FakePeer: Sendable {
    typealias Handler = @Sendable (FakeCall) -> [FakeAction]

    let address: BusAddress
    private let listener: Int32
    private let handler: Handler
    private let received = Mutex<[FakeCall]>([])
    private let connection = Mutex<Int32>(-1)
    private let isStopping = Atomic<Bool>(false)

    private init(directory: String, handler: @escaping Handler) throws {
        address = .peer(at: "unix:path=\(directory)/peer")
        self.handler = handler
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try bindUnixSocket(listener, directory + "/peer")
        guard listen(listener, 4) == 0 else { throw SystemCallFailed(call: "listen", number: errno) }
    }

    /// Runs with a peer that answers as the handler says, one call after the other.
    static func with<Result>(_ handler: @escaping Handler, _ body: (FakePeer) throws -> Result) throws -> Result {
        try withTemporaryDirectory { directory in
            let peer = try FakePeer(directory: directory, handler: handler)
            let thread = try WorkerThread(name: "fake-peer")
            try thread.enqueue { peer.serve() }
            defer {
                peer.stop()
                thread.stop()
                close(peer.listener)
            }
            return try body(peer)
        }
    }

    /// The calls so far, in the order of their arrival.
    var calls: [FakeCall] { received.withLock { $0 } }

    private func stop() {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        shutdown(listener, Int32(SHUT_RDWR))
        connection.withLock { if $0 >= 0 { _ = shutdown($0, Int32(SHUT_RDWR)) } }
    }

    private func serve() {
        while !isStopping.load(ordering: .sequentiallyConsistent) {
            let accepted = accept(listener, nil, nil)
            guard accepted >= 0 else { continue }
            let own = dup(accepted)
            connection.withLock { $0 = own }
            if isStopping.load(ordering: .sequentiallyConsistent) { shutdown(own, Int32(SHUT_RDWR)) }
            serve(accepted)
            connection.withLock { $0 = -1 }
            close(own)
        }
    }

    private func serve(_ descriptor: Int32) {
        var bus: OpaquePointer?
        var identifier = sd_id128_t()
        sd_id128_randomize(&identifier)
        sd_bus_new(&bus)
        sd_bus_set_fd(bus, descriptor, descriptor)
        sd_bus_set_server(bus, 1, identifier)
        sd_bus_start(bus)
        var isOpen = true
        while isOpen {
            var message: OpaquePointer?
            let result = sd_bus_process(bus, &message)
            if result < 0 { break }
            if let message {
                isOpen = answer(message, bus)
                sd_bus_message_unref(message)
            }
            if result == 0, sd_bus_wait(bus, .max) < 0 { break }
        }
        sd_bus_flush_close_unref(bus)
    }

    private func answer(_ message: OpaquePointer, _ bus: OpaquePointer?) -> Bool {
        guard sd_bus_message_is_method_call(message, nil, nil) > 0, let path = sd_bus_message_get_path(message),
            let interface = sd_bus_message_get_interface(message), let member = sd_bus_message_get_member(message),
            let arguments = try? BusMessageReader(message: message).values()
        else { return true }
        let call = FakeCall(
            path: String(cString: path), interface: String(cString: interface), member: String(cString: member),
            arguments: arguments)
        received.withLock { $0.append(call) }
        for action in handler(call) {
            switch action {
            case .reply(let values):
                var reply: OpaquePointer?
                sd_bus_message_new_method_return(message, &reply)
                send(reply, values, bus)
            case .signal(let path, let interface, let member, let values):
                var signal: OpaquePointer?
                sd_bus_message_new_signal(bus, &signal, path, interface, member)
                send(signal, values, bus)
            case .error(let name, let text):
                var error = sd_bus_error()
                sd_bus_error_set(&error, name, text)
                sd_bus_reply_method_error(message, &error)
                sd_bus_error_free(&error)
            case .hangUp:
                return false
            }
        }
        return true
    }

    private func send(_ message: OpaquePointer?, _ values: [BusValue], _ bus: OpaquePointer?) {
        guard let message else { return }
        try? BusMessageWriter(message: message).append(values)
        sd_bus_send(bus, message, nil)
        sd_bus_message_unref(message)
    }
}
