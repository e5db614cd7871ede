internal import CCurl
internal import Glibc

/// Starts the thread that a transport runs its transfers on.
enum TransportThread {
    private final class Start: Sendable {
        let mailbox: Mailbox
        let limits: Transport.Limits

        init(mailbox: Mailbox, limits: Transport.Limits) {
            self.mailbox = mailbox
            self.limits = limits
        }
    }

    static func start(mailbox: Mailbox, limits: Transport.Limits) throws(TransportError) -> pthread_t {
        var thread = pthread_t()
        // Safety: the thread takes over this retain with takeRetainedValue; if there is no thread, it is released here.
        let start = Unmanaged.passRetained(Start(mailbox: mailbox, limits: limits))
        let code = pthread_create(&thread, nil, main, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw TransportError(
                .resources, "cannot start the HTTP transport: pthread_create failed with errno \(code)")
        }
        return thread
    }

    // Safety: the argument is the retained Start of `start`.
    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        _ = ccurl_name_this_thread("http-transport")
        // Signals are for the daemon's own threads; blocked here, SIGPIPE from a TLS write stays harmless too.
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_SETMASK, &signals, nil)
        if let loop = TransferLoop(mailbox: start.mailbox, limits: start.limits) {
            loop.run()
        } else {
            TransferLoop.refuse(start.mailbox.end().commands)
        }
        return nil
    }
}
