import Glibc
import Postgres
import PostgresTestSupport
import TestSupport
import Testing

@Suite(.needsPostgres) struct PostgresSecurityTests {
    /// Makes a key and a certificate for `localhost` that the server can read.
    private func makeCertificate(in directory: String) throws {
        let key = "\(directory)/server.key"
        let command = """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
            -addext subjectAltName=DNS:localhost -keyout '\(key)' -out '\(directory)/server.crt' 2>/dev/null
            """
        try #require(system(command) == 0)
        chmod(key, 0o640)
        if geteuid() == 0 {
            var status = stat()
            stat("\(directory)", &status)
            chown(key, 0, status.st_gid)
        }
    }

    @Test func `TLS is checked as the connection string says, and the password is used and not shown`() async throws {
        try await withPostgres(settings: ["listen_addresses": "localhost", "port": "\(try freePort())"]) { server in
            try makeCertificate(in: server.directory)
            let port = try await server.administer("SHOW port")[0]
            try await server.administer("CREATE ROLE fleet LOGIN PASSWORD 'open sesame'")
            let rules = "local all aetheredge trust\\nhostssl all fleet localhost scram-sha-256\\n"
            try #require(system("printf '\(rules)' > '\(server.directory)/data/pg_hba.conf'") == 0)
            for (name, value) in [("ssl_cert_file", "crt"), ("ssl_key_file", "key")] {
                try await server.administer("ALTER SYSTEM SET \(name) = '\(server.directory)/server.\(value)'")
            }
            try await server.administer("ALTER SYSTEM SET ssl = on")
            try await server.administer("SELECT pg_reload_conf()::text")
            let place = "host=localhost port=\(port) dbname=postgres user=fleet"
            let trusted = "\(place) sslmode=verify-full sslrootcert=\(server.directory)/server.crt"

            #expect(try await isEncrypted(trusted, "open sesame"))
            let wrong = try #require(try await failure { try await isEncrypted(trusted, "open barley") })
            #expect(wrong.code == .connect && !wrong.message.contains("barley"))
            let plain = try await failure { try await isEncrypted("\(place) sslmode=disable", "open sesame") }
            #expect(plain?.code == .connect)
            let untrusted = try await failure {
                try await isEncrypted("\(place) sslmode=verify-full sslrootcert=/etc/hostname", "open sesame")
            }
            #expect(untrusted?.code == .connect)
            let elsewhere = trusted.replacing("host=localhost", with: "host=elsewhere hostaddr=127.0.0.1")
            #expect(try await failure { try await isEncrypted(elsewhere, "open sesame") }?.code == .connect)
        }
    }

    private func isEncrypted(_ text: String, _ password: String) async throws -> Bool {
        let configuration = try PostgresConfiguration(connection: text, password: password)
        let connection = try PostgresConnection(name: "pg-test", configuration: configuration)
        defer { connection.close() }
        return try await connection.run { session in
            try session.run("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").boolean(0, 0)
        }
    }

    /// A port that nobody listens on now.
    private func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            // Safety: the address outlives the calls, and both take it as a sockaddr of this length.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 ? getsockname(descriptor, address, &length) : -1
            }
        }
        try #require(result == 0)
        return UInt16(bigEndian: address.sin_port)
    }
}
