import HostTestSupport
import Model
import Testing

@testable import HostRuntime

@Suite struct WithheldPathsTests {
    @Test func `a directory that purges keeps what is left alone, and what leads to it`() {
        let declared: [DeclaredResource] = [.directory("/srv", purge: true), .file("/srv/a", "x")]
        let paths = DeclaredPaths(declared, leaving: ["/srv/b", "/srv/c/d", "/elsewhere/e"])
        for name in ["a", "b", "c"] { #expect(paths.isKept(name, in: "/srv"), "\(name)") }
        #expect(!paths.isKept("d", in: "/srv") && !paths.isKept("e", in: "/srv"))
        #expect(!DeclaredPaths(declared).isKept("b", in: "/srv"))
    }
}
