import TestSupport
import Testing

@testable import Systemd

/// Compares with `systemctl is-enabled` over the same trees.
@Suite struct UnitFileIndexTests {
    private static let writable = [
        "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
    ]
    private static let directories =
        ["/etc/systemd/system.control", "/run/systemd/system.control"] + writable
    private static let head = "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/true\n[Install]\n"
    private static let contents = [
        head + "WantedBy=multi-user.target\n", head + "RequiredBy=b.target\n", head + "Also=a.service\n",
        head + "Alias=alias.service\n", head, "", "[Service]\nExecStart=/bin/true\n",
        head + "WantedBy=x.target\nWantedBy=\n", head + "WantedBy=\\\n  x.target\n",
    ]
    private static let names = [
        "a.service", "b.service", "c-d.service", "e.socket", "f.target", "g@.service", "g@x.service", "alias.service",
    ]

    private func makeTree(_ tree: String, _ generator: inout SeededGenerator) throws {
        var script = "set -e; cd '\(tree)'; mkdir -p ." + Self.directories.joined(separator: " .") + "\n"
        func pick<Element>(_ elements: [Element], _ generator: inout SeededGenerator) throws -> Element {
            try #require(elements.randomElement(using: &generator))
        }
        for number in 0..<12 {
            let directory = try pick(Self.writable, &generator)
            let (name, other) = (try pick(Self.names, &generator), try pick(Self.names, &generator))
            let targets = ["\(directory)/\(name)", "../\(name)", "../\(other)", "/opt/\(name)"]
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<5:
                try write(Array(try pick(Self.contents, &generator).utf8), to: "\(tree)/content\(number)")
                script += "rm -f '.\(directory)/\(name)'; mv content\(number) '.\(directory)/\(name)'\n"
            case 5..<8:
                let folder = try pick(["x.target.wants", "x.target.requires"], &generator)
                script += "mkdir -p '.\(directory)/\(folder)'; "
                script += "ln -sfn '\(try pick(targets, &generator))' '.\(directory)/\(folder)/\(name)'\n"
            case 8:
                let target = try pick(["/dev/null", "/usr/lib/systemd/system/\(other)", "/opt/\(name)"], &generator)
                script += "ln -sfn '\(target)' '.\(directory)/\(name)'\n"
            default:
                let folder = try pick(["\(name).d", "service.d", "c-.service.d"], &generator)
                script += "mkdir -p '.\(directory)/\(folder)'; "
                script += "printf '[Install]\\nWantedBy=y.target\\n' > '.\(directory)/\(folder)/a.conf'\n"
            }
        }
        try write(Array(script.utf8), to: "\(tree)/script")
        let (_, status) = try run("sh '\(tree)/script'")
        try #require(status == 0)
    }

    @Test(arguments: 0..<15)
    func `what the index says of random trees is what systemctl says`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: 100 + seed)
        try withTemporaryDirectory { tree in
            try makeTree(tree, &generator)
            let index = try UnitFileIndex(directories: Self.directories.map { tree + $0 })
            for name in Self.names {
                guard let state = try index.state(of: UnitName(name)) else { continue }
                let (output, _) = try run("systemctl --root='\(tree)' is-enabled '\(name)' 2>/dev/null")
                let expected = String(decoding: output, as: UTF8.self)
                #expect(state.rawValue + "\n" == expected, "of \(name), seed \(seed)")
            }
        }
    }

    @Test func `the plain cases are answered and the others are left to the manager`() throws {
        try withTemporaryDirectory { tree in
            let script = """
                cd '\(tree)'; mkdir -p etc/systemd/system/x.target.wants run/systemd/system
                mkdir -p usr/lib/systemd/system/x.target.wants
                cd usr/lib/systemd/system
                printf '[Install]\\nWantedBy=x.target\\n' |
                tee on.service off.service vendor.service over.service alias.service \
                dropped.service t@.service > /dev/null
                echo '[Service]' > static.service
                printf '[Install]\\nAlso=off.service\\n' > also.service
                ln -s ../vendor.service x.target.wants/; : > empty.service; mkdir dropped.service.d
                cd '\(tree)/etc/systemd/system'; ln -s /usr/lib/systemd/system/on.service x.target.wants/
                ln -s /dev/null off-for-good.service; ln -s /usr/lib/systemd/system/alias.service other.service
                ln -s /usr/lib/systemd/system/over.service over.service
                ln -s /dev/null ../../../run/systemd/system/off-for-now.service
                """
            try write(Array(script.utf8), to: tree + "/script")
            try #require(try run("sh '\(tree)/script'").status == 0)
            let index = try UnitFileIndex(directories: Self.directories.map { tree + $0 })
            let expected: [(String, UnitFileState?)] = [
                ("on", .enabled), ("off", .disabled), ("static", .static), ("also", .indirect),
                ("off-for-good", .masked),
                ("off-for-now", .maskedRuntime), ("vendor", nil), ("over", nil), ("alias", nil), ("other", nil),
                ("dropped", nil), ("empty", nil), ("t@", nil), ("t@x", nil), ("absent", nil),
            ]
            for (name, state) in expected {
                #expect(try index.state(of: UnitName(name + ".service")) == state, "of \(name)")
            }
        }
    }
}
