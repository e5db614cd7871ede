internal import CPostgres

/// How to reach a server.
public struct PostgresConfiguration: Sendable, CustomStringConvertible {
    /// A libpq connection string: a `postgresql://` URI, or keywords as in `host=db dbname=fleet sslmode=verify-full`.
    public let connection: String
    /// The password; not part of any message.
    public let password: String?
    /// What `pg_stat_activity` shows.
    public let applicationName: String
    /// How long making a connection to one address may take.
    public let connectTimeout: Duration
    /// How long a statement may take before the server ends it; the client gives up two seconds later.
    public let statementTimeout: Duration

    /// Describes a server; throws `.invalid` for a connection string that libpq does not take, and `.resources` where
    /// there is no libpq.
    public init(
        connection: String, password: String? = nil, applicationName: String = "aetheredge",
        connectTimeout: Duration = .seconds(5), statementTimeout: Duration = .seconds(10)
    ) throws(PostgresError) {
        self.connection = connection
        self.password = password
        self.applicationName = applicationName
        self.connectTimeout = connectTimeout
        self.statementTimeout = statementTimeout
        _ = try Self.parse(connection)
    }

    /// Where the server is, without secrets, for messages: `fleet at db.example.org:5432`.
    public var description: String {
        let options = (try? Self.parse(connection)) ?? [:]
        let host = options["host"] ?? options["hostaddr"] ?? options["service"] ?? "the local socket"
        let place = options["port"].map { "\(host):\($0)" } ?? host
        return options["dbname"].map { "'\($0)' at \(place)" } ?? place
    }

    /// When the client stops waiting for one batch of statements.
    var answerTimeout: Duration { statementTimeout + .seconds(2) }

    /// The keywords for libpq; the ones before `dbname` are defaults that the connection string overrides.
    var keywords: [(String, String)] {
        let milliseconds = Self.milliseconds(connectTimeout)
        // libpq takes whole seconds here, and less than two as two.
        let seconds = max(2, (milliseconds + 999) / 1_000)
        var keywords = [
            ("connect_timeout", "\(seconds)"), ("tcp_user_timeout", "\(max(1, milliseconds))"),
            ("keepalives_idle", "15"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("fallback_application_name", applicationName), ("dbname", connection), ("client_encoding", "UTF8"),
        ]
        if let password { keywords.append(("password", password)) }
        return keywords
    }

    static func milliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }

    /// Why libpq, which is loaded for the first configuration, cannot be used; nil when it is ready.
    private static let libraryProblem = cpostgres_load().map { String(cString: $0) + "; install libpq5" }

    /// The options that a connection string sets.
    private static func parse(_ connection: String) throws(PostgresError) -> [String: String] {
        if let libraryProblem { throw PostgresError(.resources, "cannot use PostgreSQL: \(libraryProblem)") }
        // Safety: libpq allocates both, they are read before they are freed, and nothing keeps them.
        var message: UnsafeMutablePointer<CChar>?
        guard let options = cpostgres_conninfo_parse(connection, &message) else {
            defer { cpostgres_freemem(message) }
            let reason = message.map { String(cString: $0).trimmedLine.withoutQuotations } ?? "out of memory"
            throw PostgresError(
                .invalid, "cannot use the connection string: \(reason); see libpq's documentation of connection strings"
            )
        }
        defer { cpostgres_conninfo_free(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }
}

extension String {
    /// The first line, without a full stop at its end: libpq's messages end in a new line.
    var trimmedLine: String {
        var line = split(whereSeparator: \.isNewline).joined(separator: "; ")
        while let last = line.last, last == "." || last == " " { line.removeLast() }
        return line
    }

    /// The text with an ellipsis for whatever stands in double quotes: libpq quotes the connection string there, which
    /// may hold a password.
    var withoutQuotations: String {
        split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .map { $0.offset.isMultiple(of: 2) ? String($0.element) : "\"…\"" }.joined()
    }
}
