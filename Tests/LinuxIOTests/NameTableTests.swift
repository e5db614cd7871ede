import Testing

@testable import LinuxIO

@Suite struct NameTableTests {
    @Test func `a pass gives the status of each name by its index`() throws {
        try withTemporaryDirectory { directory, _ in
            try write("four", to: "a", in: directory)
            try directory.makeDirectory("d")
            try directory.makeSymbolicLink(target: "nowhere", "l")
            let names = try NameTable(["a", "missing", "d", "l"])
            var outcomes: [Int: StatusOutcome] = [:]
            directory.forEachStatus(of: names) { outcomes[$0] = $1 }
            #expect(outcomes.count == 4)
            #expect(outcomes[1] == .absent)
            for (index, name) in ["a", "d", "l"].enumerated() {
                let expected = try #require(try directory.status(of: name))
                #expect(outcomes[[0, 2, 3][index]] == .found(expected))
            }
        }
    }

    @Test func `a pass over a range looks at no other names`() throws {
        try withTemporaryDirectory { directory, _ in
            let names = try NameTable((0..<10).map { "name-\($0)" })
            var seen: [Int] = []
            directory.forEachStatus(of: names, in: 3..<6) { index, _ in seen.append(index) }
            #expect(seen == [3, 4, 5])
            directory.forEachStatus(of: NameTable()) { index, _ in seen.append(index) }
            #expect(seen == [3, 4, 5])
        }
    }

    @Test func `a name that is not one component does not get into a table`() throws {
        var names = NameTable()
        try names.append("ä b")
        for name in ["", "..", "a/b", "a\0"] {
            #expect(failure { () throws(LinuxIOError) in try names.append(name) }?.code == .invalid)
        }
        try names.append("c")
        #expect(names.count == 2)
        #expect([names[0], names[1]] == ["ä b", "c"])
        names.removeAll()
        #expect(names.isEmpty)
    }

    @Test func `a directory that cannot be searched gives an error for each name`() throws {
        let names = try NameTable(["a", "b"])
        var outcomes: [StatusOutcome] = []
        let pipe = try Pipe()
        let notDirectory = DirectoryHandle(owning: try pipe.reading.duplicate(), path: "pipe")
        notDirectory.forEachStatus(of: names) { outcomes.append($1) }
        #expect(outcomes == [.absent, .absent])
    }

    @Test func `a device number is as makedev makes it`() {
        #expect(FileStatus.device(major: 8, minor: 1) == 0x801)
        #expect(FileStatus.device(major: 0xfffff, minor: 0xfffff) == 0xf_f000_ffff_ffff)
    }
}
