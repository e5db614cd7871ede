import Testing

@testable import GitSource

@Suite struct GitPartsTests {
    @Test(arguments: [
        ("https://user:pa:ss@host/x", "https://host/x"), ("see https://a@b@host/x, ok", "see https://host/x, ok"),
        ("ssh://git@host:22/x", "ssh://host:22/x"), ("https://host/x@y", "https://host/x@y"),
        ("https://host/x?token=1#f", "https://host/x?…"),
        ("'https://t@a' and https://u:p@b/", "'https://a' and https://b/"),
        ("line\nbreak\u{1B}[31m\u{9B}", "line?break?[31m?"), ("git@host:path", "git@host:path"), ("", ""),
    ])
    func `text of others is shown on one line and without credentials`(text: String, shown: String) {
        #expect(RedactedText(text).description == shown)
    }

    @Test(arguments: [
        "https://h/x", "http://h/x", "ssh://git@h/x", "git://h/x", "file:///srv/x", "/srv/x", "git@h:x/y",
    ])
    func `a URL that git knows without a helper is allowed`(url: String) throws {
        try GitLocation(url: url).validate()
    }

    @Test(arguments: [
        "", "ext::sh -c id", "-u./x", "fd::17", "ftp://h/x", "relative/path", "https://h/\nx", "transport::https://h/x",
        "://x",
        ":x", "./x:y", "rsync://h/x",
    ])
    func `a URL that could run something, or means nothing, is refused`(url: String) {
        #expect(throws: GitSourceError.self) { try GitLocation(url: url).validate() }
    }

    @Test(arguments: [
        ("https://ann:secret@h/x", true), ("https://:secret@h/x", true), ("ssh://git:p@w@h:22/x", true),
        ("https://ann@h/x", false), ("https://h:8443/x", false), ("https://h/a:b@c", false), ("git@h:x/y", false),
        ("/srv/a:b@c", false),
    ])
    func `a password in a URL is found`(url: String, hasPassword: Bool) {
        #expect(GitLocation(url: url).hasPassword == hasPassword)
    }

    @Test(arguments: [
        "", "-x", "--upload-pack=x", "a..b", "a b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "/a", "a/", "a//b",
        ".a",
        "a/.b", "a.lock", "a.lock/b", "a.", "@", "a@{1}", "a\u{7F}", "a\n",
    ])
    func `a ref that git would read otherwise is refused`(ref: String) {
        #expect(throws: GitSourceError.self) { try GitLocation(url: "/x", ref: ref).validate() }
    }

    @Test func `a combining mark after a slash hides no component`() throws {
        #expect(throws: GitSourceError.self) { try GitLocation(url: "/x", path: "a/../../\u{301}b").validate() }
        #expect(throws: GitSourceError.self) { try GitLocation(url: "/x", path: "/\u{301}b").validate() }
        #expect(GitLocation(url: "/x", path: "a/./\u{301}b").pathComponents == ["a", "\u{301}b"])
        try GitLocation(url: "/\u{301}x").validate()
        #expect(GitLocation(url: "file:///\u{301}x").localPath == "/\u{301}x")
    }

    @Test func `an object's output may come in any pieces`() throws {
        let output = Array("aa blob 5\nab\ncd\nbb commit 0\n\ncc blob 1\nx\n".utf8)
        for size in 1...output.count {
            var stream = ObjectStream()
            var objects: [(String, Int, [UInt8], Bool)] = []
            for start in stride(from: 0, to: output.count, by: size) {
                for event in try stream.consume(output[start..<min(start + size, output.count)]) {
                    switch event {
                    case .begin(let object, _, let size): objects.append((object, size, [], false))
                    case .bytes(let bytes): objects[objects.count - 1].2 += bytes
                    case .end: objects[objects.count - 1].3 = true
                    }
                }
            }
            #expect(stream.isBetweenObjects)
            #expect(objects.map(\.0) == ["aa", "bb", "cc"])
            #expect(objects.map(\.2) == [Array("ab\ncd".utf8), [], Array("x".utf8)])
            #expect(objects.map(\.3) == [true, true, true])
        }
    }

    @Test func `an object that is missing or malformed is an error`() {
        func consume(_ text: String) throws(ObjectStream.Problem) {
            var stream = ObjectStream()
            _ = try stream.consume(Array(text.utf8))
        }
        #expect(throws: ObjectStream.Problem.missing("aa")) { try consume("aa missing\n") }
        for text in ["aa blob x\n", "aa blob -1\n", "aa\n", "aa blob 1\nxy\n", String(repeating: "a", count: 300)] {
            #expect(throws: ObjectStream.Problem.malformed) { try consume(text) }
        }
    }

    @Test func `the remote's answer is taken literally, and tag objects give way to commits`() throws {
        let (a, b) = (String(repeating: "a", count: 40), String(repeating: "b", count: 40))
        func choose(_ ref: String, _ lines: [(String, String)]) throws(RemoteReference.Problem) -> RemoteReference {
            try RemoteReference.choose(for: ref, from: lines.map { "\($0.0)\t\($0.1)\n" }.joined())
        }
        let tag = try choose("v1", [(a, "refs/tags/v1"), (b, "refs/tags/v1^{}")])
        #expect(tag.name == "refs/tags/v1" && tag.commit.hex == b)
        let branch = try choose("main", [(b, "refs/heads/x/refs/heads/main"), (a, "refs/heads/main")])
        #expect(branch.name == "refs/heads/main" && branch.commit.hex == a)
        #expect(throws: RemoteReference.Problem.missing) { try choose("main", [(a, "refs/heads/other")]) }
        #expect(throws: RemoteReference.Problem.missing) { try choose("main", [("short", "refs/heads/main")]) }
        #expect(throws: RemoteReference.Problem.ambiguous) {
            try choose("x", [(a, "refs/heads/x"), (b, "refs/tags/x")])
        }
    }

    @Test func `a commit is read whatever its headers, and its subject is bounded`() throws {
        let id = try #require(CommitID(String(repeating: "1", count: 40)))
        let tree = String(repeating: "2", count: 40)
        let text = """
            tree \(tree)
            parent \(id.hex)
            author A U Thor <a@b <c> 1700000000 -0730
            committer  <> 99999999999999999999999 +0000
            gpgsig -----BEGIN SSH SIGNATURE-----
             author Forged <f@g> 5 +0000
             -----END SSH SIGNATURE-----
            encoding x

            \(String(repeating: "s", count: 600))
            """
        let commit = try #require(Commit(id: id, object: Array(text.utf8)))
        #expect(commit.tree.hex == tree)
        #expect(commit.parents == [id])
        #expect(commit.author.name == "A U Thor")
        #expect(commit.author.secondsSinceEpoch == 1_700_000_000)
        #expect(commit.author.zone == "-0730")
        #expect(commit.committer.name.isEmpty)
        #expect(commit.committer.secondsSinceEpoch == Int64.max / 1_000_000_000)
        #expect(commit.isSigned)
        #expect(commit.subject.count == 500)
        #expect(Commit(id: id, object: Array("tree \(tree)\n\nno people".utf8)) == nil)
        #expect(Commit(id: id, object: []) == nil)
    }

    @Test(arguments: [
        ("fatal: write error: No space left on device\nfatal: index-pack failed", true, GitSourceError.Code.noSpace),
        ("fatal: couldn't find remote ref refs/heads/x", true, .refNotFound),
        ("error: Server does not allow request for unadvertised object 1", true, .refNotFound),
        ("remote: HTTP Basic: Access denied\nfatal: Authentication failed for 'https://h/'", true, .unauthorized),
        ("error: object 1: hasDotgit: contains '.git'\nfatal: fsck error in packed object", true, .unsafeContent),
        ("error: object file objects/aa/bb is empty\nfatal: loose object bb is corrupt", false, .corrupt),
        ("something new", true, .remoteUnavailable), ("something new", false, .gitFailed), ("", false, .gitFailed),
    ])
    func `complaints are told apart`(text: String, isRemote: Bool, code: GitSourceError.Code) {
        #expect(GitComplaint(text, isRemote: isRemote).code == code)
    }

    @Test func `a complaint is told by its last reason, not by the advice after it`() {
        let text = """
            ssh: connect to host h port 22: Connection refused
            fatal: Could not read from remote repository.

            Please make sure you have the correct access rights
            and the repository exists.
            """
        #expect(GitComplaint(text, isRemote: true).line == "ssh: connect to host h port 22: Connection refused")
        #expect(
            GitComplaint("fatal: unable to access 'https://u:p@h/'", isRemote: true).line
                == "unable to access 'https://h/'")
        #expect(GitComplaint("", isRemote: true).line == "it gave no reason")
    }

    @Test func `only the end of endless complaints is kept`() {
        var tail = OutputTail()
        for number in 0..<10_000 { tail.append(Array("line \(number)\n".utf8)) }
        tail.append([UInt8](repeating: 0x78, count: 10) + Array("\nlast".utf8))
        #expect(tail.text.hasSuffix("line 9999\nxxxxxxxxxx\nlast"))
        #expect(tail.text.utf8.count == OutputTail.sizeMaximum)
        tail.append([UInt8](repeating: 0x79, count: OutputTail.sizeMaximum * 3))
        #expect(tail.text.utf8.count == OutputTail.sizeMaximum)
    }
}
