import Glibc
import TestSupport
import Testing

/// What `policy build -o` and `policy fmt -w` leave on a disk that is full, and on one that cannot be written to.
@Suite struct PolicyDiskTests {
    private static let script = """
        set -e
        mount -t tmpfs -o size=64k tmpfs "$1"
        cd "$1"
        printf 'package p\\n\\nallow=true\\n' > p.rego
        "$0" policy build p.rego -o bundle.tar.gz
        cp p.rego bundle.tar.gz "$2"
        head -c 200000 /dev/zero > fill 2>/dev/null || true
        for disk in full read-only; do
            "$0" policy fmt -w p.rego 2>&1 || echo $?
            "$0" policy build p.rego -o bundle.tar.gz 2>&1 || echo $?
            cmp p.rego "$2/p.rego"
            cmp bundle.tar.gz "$2/bundle.tar.gz"
            ls -A
            mount -o remount,ro "$1"
        done
        """

    @Test(.enabled(if: geteuid() == 0, "only root can make a small disk"))
    func `a file is whole or as it was, and the error says why`() async throws {
        try await withTemporaryDirectory("disk") { (root) async throws in
            let command = Command(directory: root, environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
            for name in ["small", "kept"] { #expect(mkdir("\(root)/\(name)", 0o700) == 0) }
            let result = try await command.run([
                "/usr/bin/unshare", "-m", "--propagation", "private", "/bin/sh", "-c", Self.script,
                Products.aetherctl, "\(root)/small", "\(root)/kept",
            ])
            let left = ["bundle.tar.gz", "fill", "p.rego"]
            var told: [String] = []
            for reason in ["no space left on device", "read-only file system"] {
                told += ["write p.rego: \(reason)", "2", "error: write bundle.tar.gz: \(reason)", "1"] + left
            }
            #expect(result.output.split(separator: "\n").map(String.init) == told, "\(result)")
        }
    }
}
