import Hummingbird
import Logging
import NIOPosix

/// A Hummingbird server on a Unix socket with one route that answers with the bytes of its standard input: what the
/// control API is measured beside.
@main
struct Peer {
    static func main() async throws {
        var body = ""
        while let line = readLine(strippingNewline: false) { body += line }
        let bytes = ByteBuffer(string: body)
        let router = Router()
        router.get(RouterPath(CommandLine.arguments[2])) { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-cache, private"],
                body: ResponseBody(byteBuffer: bytes))
        }
        var logger = Logger(label: "peer")
        logger.logLevel = .error
        let application = Application(
            router: router, configuration: .init(address: .unixDomainSocket(path: CommandLine.arguments[1])),
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1)), logger: logger)
        try await application.runService()
    }
}
