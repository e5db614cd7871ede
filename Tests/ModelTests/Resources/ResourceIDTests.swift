import Model
import TestSupport
import Testing

@Suite("ResourceID")
struct ResourceIDTests {
    @Test(arguments: [
        ("file:/etc/motd", "file:etc-motd"),
        ("file:/etc/nginx/conf.d/a-b.conf", #"file:etc-nginx-conf.d-a\x2db.conf"#),
        ("file:/.hidden", #"file:\x2ehidden"#),
        ("file:/etc/.pwd.lock", "file:etc-.pwd.lock"),
        ("file:/etc/a b%c\\d", #"file:etc-a\x20b\x25c\x5cd"#),
        ("file:/srv/é", #"file:srv-\xc3\xa9"#),
        ("file:/\u{301}x", #"file:\xcc\x81x"#),
        ("file:/srv/\u{301}x", #"file:srv-\xcc\x81x"#),
        ("directory:/etc", "directory:etc"),
        ("symlink:/a:b_c", "symlink:a:b_c"),
        ("unit:nginx.service", "unit:nginx.service"),
        ("unit:getty@tty1.service", #"unit:getty\x40tty1.service"#),
        ("unit:systemd-journald.service", #"unit:systemd\x2djournald.service"#),
    ])
    func `names are escaped as systemd-escape does, and back`(readable: String, name: String) throws {
        let id = try ResourceID(parsing: readable)
        #expect(id.name == name)
        #expect(id.description == readable)
        #expect(ResourceID(name: name) == id)
        for form in [readable, name, PercentEncoding.encode(name), PercentEncoding.encode(readable)] {
            #expect(ResourceID(anyForm: form) == id, "\(form)")
        }
        #expect(try JSONValue(encoding: id) == .string(readable))
        #expect(try JSONValue(encoding: id).decode(ResourceID.self, field: "x") == id)
    }

    @Test(arguments: [
        "", "file", "file:", ":/etc", "fil:/etc/motd", "file:-", "file:/", "file%3", "file:etc%2", "unit:nginx",
        "unit:", "unit:a/b.service", "unit:a b.service", #"file:etc-\x2"#, #"file:\xff"#, #"file:a-\x2e\x2e"#,
        "file:a--b", "%ff", "unit:@.service",
    ])
    func `other texts are no resources`(text: String) { #expect(ResourceID(anyForm: text) == nil) }

    @Test func `a readable path may hold percent signs and backslashes`() throws {
        #expect(ResourceID(anyForm: "file:/etc/100%25")?.identity == "/etc/100%25")
        #expect(ResourceID(anyForm: #"file:/etc/a\x2db"#)?.identity == #"/etc/a\x2db"#)
        #expect(ResourceID(anyForm: "unit:nginx%2Eservice")?.identity == "nginx.service")
    }

    @Test func `names that look alike are different files`() throws {
        let composed = try ResourceID(parsing: "file:/srv/\u{E9}")
        let decomposed = try ResourceID(parsing: "file:/srv/e\u{301}")
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(composed.name != decomposed.name)
        #expect((composed < decomposed) != (decomposed < composed))
    }

    @Test func `a random path survives every form`() throws {
        var generator = SeededGenerator(seed: 11)
        let alphabet = Array("abz09._-:@%\\ ~é😀+'\"".unicodeScalars)
        for _ in 0..<1000 {
            var path = ""
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                path += "/"
                for _ in 0..<Int.random(in: 1...8, using: &generator) {
                    path.unicodeScalars.append(alphabet[Int.random(in: alphabet.indices, using: &generator)])
                }
            }
            guard let id = try? ResourceID(type: .file, validating: path) else { continue }
            #expect(ResourceID(name: id.name) == id)
            #expect(ResourceID(anyForm: id.name) == id)
            #expect(ResourceID(anyForm: id.description) == id)
            #expect(ResourceID(anyForm: PercentEncoding.encode(id.name)) == id)
        }
    }

    @Test(arguments: [
        ("x", "'x' is not a resource; write TYPE:NAME, such as 'file:/etc/motd'"),
        (
            "package:nginx",
            "'package:nginx' is not a resource: 'package' is not a type ('file', 'directory', 'symlink', 'unit')"
        ),
        ("file:etc", "path 'etc' is not absolute; begin it with '/'"),
        ("unit:nginx", "unit 'nginx' needs a name with its type, such as 'nginx.service'"),
        (
            "unit:a/b.service",
            #"unit 'a/b.service' has a character that systemd does not allow; use letters, digits and ':-_.\@'"#
        ),
    ])
    func `an error says what to write`(text: String, expected: String) {
        let error = #expect(throws: ModelError.self) { _ = try ResourceID(parsing: text) }
        #expect(error?.message == expected)
    }
}

@Suite("HostPath")
struct HostPathTests {
    private let state = DeniedTree("/var/lib/aetheredge", reason: "holds the daemon's own state")

    @Test(arguments: [
        ("/srv/£", "/srv/£"), ("/etc/motd", "/etc/motd"), ("/etc/", "/etc"), ("/etc///", "/etc"),
        ("/a.b/..c/c..", "/a.b/..c/c.."),
        ("/srv/é 1", "/srv/é 1"), ("/devices", "/devices"), ("/var/lib/aetheredge2", "/var/lib/aetheredge2"),
    ])
    func `a path is kept without slashes at its end`(path: String, expected: String) throws {
        #expect(try HostPath.normalise(path, denied: DeniedTree.kernel + [state]) == expected)
    }

    @Test(arguments: [
        ("", "the path is empty"),
        ("/", "path '/' is the root of the host, which cannot be managed"),
        ("///", "path '///' is the root of the host, which cannot be managed"),
        ("etc", "path 'etc' is not absolute; begin it with '/'"),
        ("/etc//motd", "path '/etc//motd' has an empty component; write one '/' only"),
        ("/etc/../root", "path '/etc/../root' has a component '..'; write the path without it"),
        ("/etc/./motd", "path '/etc/./motd' has a component '.'; write the path without it"),
        ("/..", "path '/..' has a component '..'; write the path without it"),
        ("/etc/a\nb", "path '/etc/a\\nb' holds a control character; such a path cannot be managed"),
        ("/etc/a\u{0}", "path '/etc/a\\0' holds a control character; such a path cannot be managed"),
        ("/etc/\u{1B}[31m", "path '/etc/\\u{1B}[31m' holds a control character; such a path cannot be managed"),
        ("/etc/a\u{9B}b", "path '/etc/a\\u{009B}b' holds a control character; such a path cannot be managed"),
        ("/proc", "path '/proc' is in '/proc', which belongs to the kernel; it cannot be managed"),
        (
            "/proc/sys/net/ipv4/ip_forward/",
            "path '/proc/sys/net/ipv4/ip_forward/' is in '/proc', which belongs to the kernel; it cannot be managed"
        ),
        ("/sys/x", "path '/sys/x' is in '/sys', which belongs to the kernel; it cannot be managed"),
        ("/dev/null", "path '/dev/null' is in '/dev', which belongs to the kernel; it cannot be managed"),
        (
            "/var/lib/aetheredge/state.db",
            "path '/var/lib/aetheredge/state.db' is in '/var/lib/aetheredge', which holds the daemon's own state; "
                + "it cannot be managed"
        ),
    ])
    func `other paths are refused with what to do`(path: String, expected: String) {
        let error = #expect(throws: ModelError.self) {
            _ = try HostPath.normalise(path, denied: DeniedTree.kernel + [state])
        }
        #expect(error?.message == expected)
    }

    /// A path that ends in a slash is never taken as it stands.
    @Test func `a path is judged alike whether it ends in a slash or not`() {
        var random = SeededGenerator(seed: 14)
        let parts = ["/", "/", ".", "..", "a", "b.c", "é", "£", "\u{9B}", "\u{7F}", "\t", "\u{301}", "%", "\\"]
        for _ in 0..<5_000 {
            let path =
                "/"
                + (0..<Int.random(in: 1...8, using: &random)).map { _ in
                    parts.randomElement(using: &random) ?? ""
                }.joined()
            #expect(
                (try? HostPath.normalise(path)) == (try? HostPath.normalise(path + "/")), "\(path.debugDescription)")
        }
    }

    @Test func `the kernel's limits hold in bytes`() throws {
        let component = String(repeating: "é", count: 127)
        #expect(try HostPath.normalise("/" + component + "x") == "/" + component + "x")
        let error = #expect(throws: ModelError.self) { _ = try HostPath.normalise("/" + component + "xy") }
        #expect(error?.message.hasSuffix("has a component of 256 bytes; the limit is 255") == true)
        let long = String(repeating: "/" + String(repeating: "a", count: 90), count: 45)
        #expect(try HostPath.normalise(long).utf8.count == 4095)
        #expect(throws: ModelError.self) { _ = try HostPath.normalise(long + "a") }
    }
}
