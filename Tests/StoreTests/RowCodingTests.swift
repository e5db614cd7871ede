import FoundationEssentials
import Model
import TestSupport
import Testing

@testable import Store

@Suite struct RowCodingTests {
    private func expectRoundTrip<T: Codable & Equatable>(_ value: T, _ location: SourceLocation = #_sourceLocation)
        throws
    {
        let data = try RowCoding.encode(value)
        #expect(try RowCoding.decode(T.self, data, what: "value") == value, sourceLocation: location)
    }

    private var states: [StateBefore] {
        let metadata = FileMetadata(owner: 0, group: UInt32.max, mode: 0o7777)
        let attributes = [ExtendedAttribute(name: "security.selinux", value: [0, 255, 128, 7])]
        return [
            .absent, .none, fileBefore(digest(1)), .symlink(target: "../x", metadata: FileMetadata()),
            .special(mode: 0o20600, device: UInt64.max, metadata: metadata),
            .metadata(metadata, attributes: attributes),
            .unit(UnitBefore(activeState: "active", unitFileState: "enabled")),
            .unit(
                UnitBefore(
                    activeState: "", unitFileState: "",
                    files: [NamedState(name: "w.service.d/10.conf", state: fileBefore(digest(2)))])),
            .directory(
                metadata: metadata, attributes: attributes,
                entries: [
                    NamedState(name: "", state: .absent),
                    NamedState(name: "é", state: .directory(metadata: metadata, attributes: [], entries: [])),
                ]),
        ]
    }

    @Test func `every sort of record comes back`() throws {
        for state in states { try expectRoundTrip(step(3, before: state)) }
        try expectRoundTrip(states)
        try expectRoundTrip(declaration(1))
        try expectRoundTrip((0..<100).map(declaration))
        try expectRoundTrip(run(changes: 5).plan)
        try expectRoundTrip(CommitDescription(commit: "c", author: "a", subject: "s", time: time()))
        var declared = declaration(1)
        declared.verify = [
            .exec(arguments: ["nginx", "-t"], timeoutSeconds: 30), .tcp(host: "::1", port: 65_535, timeoutSeconds: 1),
            .http(url: "http://localhost/", statuses: [200, 204], timeoutSeconds: 5),
            .unitActive(name: "nginx.service", timeoutSeconds: 5),
        ]
        declared.attributes = .unit(
            UnitAttributes(
                isActive: true, isEnabled: false, dropIns: ["10.conf": DeclaredContent(digest: digest(1), size: 4)],
                restartOn: [fileID(1)]))
        declared.labels = ["a": "b", "": "empty"]
        try expectRoundTrip(declared)
        var status = ResourceKind.Status()
        status.phase = .drifted
        var actor = DriftActor(unknown: "fanotify is not allowed")
        actor.pid = -1
        status.lastDrift = DriftRecord(time: WallTime(nanoseconds: 1_234_567_891), actor: actor)
        status.conditions = [
            Condition(
                type: .ready, status: .false, reason: Reason(rawValue: "Drifted"), message: "",
                lastTransitionTime: time())
        ]
        try expectRoundTrip(status)
    }

    /// A value as `encode(to:)` writes it, and as it writes itself.
    private func expectSameBytes(_ value: some CompactEncodable, _ location: SourceLocation = #_sourceLocation) throws {
        let (encoded, own) = (CompactWriter(), CompactWriter())
        try encoded.write(value: value)
        try value.write(to: own)
        #expect(own.finish() == encoded.finish(), sourceLocation: location)
    }

    @Test func `what rows hold writes itself as it is encoded`() throws {
        let metadata = FileMetadata(owner: nil, group: .max, mode: 0)
        let operations: [Operation] = [
            operation(1), .setMetadata(path: "/é", metadata: metadata), .remove(path: ""),
            .makeDirectory(path: "/a", metadata: metadata), .makeSymlink(path: "/b", target: "c", metadata: metadata),
            .unit(name: "x.service", action: .restart), .reloadUnitFiles,
            .writeFile(path: "/e\u{301}", content: DeclaredContent(digest: digest(3), size: .max), metadata: metadata),
        ]
        for operation in operations { try expectSameBytes(operation) }
        for state in states { try expectSameBytes(step(70_000, before: state)) }
        var failed = step(0)
        (failed.state, failed.message) = (.failed, "why: é")
        try expectSameBytes(failed)

        var actor = DriftActor(unknown: "nobody")
        actor.ancestors = [DriftActor.Ancestor(pid: -1, comm: "sh")]
        let full = Change(
            resource: ResourceID(type: .unit, identity: "a@b.service"), action: .replace,
            fields: [FieldDifference(field: "mode", observed: nil, declared: "0644")], contentDiff: "-a\n+b\n",
            before: digest(1), after: digest(2), undo: .compensating, risk: .high, operations: operations,
            dependencies: [fileID(1), fileID(2)], cause: .prune, actor: actor)
        try expectSameBytes(full)
        try expectSameBytes(change(1))
        let gate = [GateFinding(effect: .warn, resource: fileID(1), message: "m")]
        try expectSameBytes(Plan(cause: .heal, commit: "", changes: [full, change(2)], gate: gate))

        let attributes: [ResourceAttributes] = [
            .file(FileAttributes(isAbsent: true)), .file(FileAttributes(owner: "root", group: "", mode: 0o4755)),
            .directory(DirectoryAttributes(mode: 7, isRecursive: true)), .symlink(SymlinkAttributes(target: "t")),
            .unit(UnitAttributes(isActive: true, dropIns: ["a.conf": DeclaredContent(digest: digest(1), size: 0)])),
        ]
        for attributes in attributes {
            var declared = declaration(1)
            declared.attributes = attributes
            declared.verify = [
                .unitActive(name: "x.service", timeoutSeconds: 1), .tcp(host: "h", port: 1, timeoutSeconds: 2),
            ]
            declared.labels = ["a": "b"]
            declared.dependencies = [fileID(3), ResourceID(type: .directory, identity: "/")]
            (declared.isProtected, declared.prune, declared.onDrift, declared.mode) = (true, true, .report, .propose)
            try expectSameBytes(declared)
        }
    }

    @Test func `every JSON value comes back, deep and wide ones too`() throws {
        let values: [JSONValue] = [
            .null, true, false, 0, -1, .integer(.min), .integer(.max), .number(0.1), .number(-1e300), "", "é\u{0}\n",
            [], [:], [[], [:], [1, [2, ["x": JSONValue.null]]]], ["": 1, "status": ["unknown name": ["mode": "x"]]],
        ]
        for value in values { try expectRoundTrip(value) }
        try expectRoundTrip(JSONValue.array(values))
        var deep: JSONValue = 1
        for _ in 0..<100 { deep = [deep] }
        try expectRoundTrip(deep)
        let wide = JSONValue.object(Dictionary(uniqueKeysWithValues: (0..<5_000).map { ("name \($0)", .integer($0)) }))
        try expectRoundTrip(wide)
        #expect(try RowCoding.encode(wide).first == 0x5A, "large values are compressed")
        let unchecked = try RowCoding.encode(wide, isChecked: false)
        #expect(unchecked.first == 2)
        #expect(try RowCoding.decode(JSONValue.self, unchecked, what: "value") == wide)
    }

    @Test func `numbers of every width come back, and do not fit a narrower one`() throws {
        try expectRoundTrip([UInt64.max, 0, 1 << 63])
        try expectRoundTrip([Int64.min, .max, -1])
        try expectRoundTrip([Int8.min, .max])
        try expectRoundTrip(["x": 1.5, "y": -0.0, "z": .infinity])
        let wide = try RowCoding.encode(["x": 300])
        #expect(try code { try RowCoding.decode([String: UInt8].self, wide, what: "value") } == .corrupt)
        #expect(try code { try RowCoding.decode([String: String].self, wide, what: "value") } == .corrupt)
        #expect(try RowCoding.decode([String: Double].self, wide, what: "value") == ["x": 300])
    }

    private struct Old: Codable, Equatable {
        var kept: Int
        var removed: [String: [Int]]
    }

    private struct New: Codable, Equatable {
        var added: String?
        var kept: Int
        var status: [Bool]?
    }

    @Test func `an added member is nil in old rows, a removed one is skipped`() throws {
        let old = try RowCoding.encode(Old(kept: 7, removed: ["a": [1, 2]]))
        #expect(try RowCoding.decode(New.self, old, what: "row") == New(added: nil, kept: 7, status: nil))
        let new = try RowCoding.encode(New(added: "x", kept: 7, status: [true]))
        #expect(try code { try RowCoding.decode(Old.self, new, what: "row") } == .corrupt)
    }

    @Test func `the stored form of names never changes`() throws {
        #expect(Set(CompactForm.names).count == CompactForm.names.count)
        // Rows of earlier versions hold these numbers.
        #expect(CompactForm.number(of: "_0") == 2)
        #expect(CompactForm.number(of: "id") == 48)
        #expect(CompactForm.number(of: "temporaryName") == 117)
        for (position, name) in CompactForm.names.enumerated() {
            #expect(CompactForm.number(of: name) == UInt64(position) + CompactForm.firstName)
        }
        for name in ["", "i", "idx", "names", "é"] { #expect(CompactForm.number(of: name) == nil, "\(name)") }
        let data = try RowCoding.encode(["id": "x"])
        let value: [UInt8] = [12, 48, 7, 1, UInt8(ascii: "x"), 0]
        // What earlier versions wrote is read for good; CRC-32 little-endian is of the value alone.
        #expect(Array(try RowCoding.encode(["id": "x"], isChecked: false)) == [1] + value)
        #expect(try RowCoding.decode([String: String].self, Data([1] + value), what: "value") == ["id": "x"])
        #expect(Array(data) == [0xA5] + Self.checksum(of: value) + value)
    }

    @Test(arguments: [0, 1, 255, 256, 257, 2_000])
    func `an array that is encoded in pieces has the bytes of one that is not`(_ count: Int) throws {
        let steps = (0..<count).map { step($0, before: states[$0 % states.count]) }
        // The last piece first, as threads may come.
        let backwards: ParallelLoop = { count, chunk, body in
            for start in stride(from: 0, to: count, by: chunk).reversed() { body(start..<min(start + chunk, count)) }
        }
        #expect(try RowCoding.encodeArray(steps, backwards) == RowCoding.encode(steps))
        #expect(try RowCoding.encodeEach(steps, backwards) == steps.map { [UInt8](try RowCoding.encode($0)) })
    }

    @Test func `damaged bytes are refused, whatever is wrong with them`() throws {
        let data = try RowCoding.encode(step(1, before: states[7]))
        var random = SeededGenerator(seed: 3)
        #expect(try code { try RowCoding.decode(StepRecord.self, Data(), what: "step") } == .corrupt)
        #expect(try code { try RowCoding.decode(StepRecord.self, nil, what: "step") } == .corrupt)
        #expect(try code { try RowCoding.decode(StepRecord.self, data + [0], what: "step") } == .corrupt)
        for length in 0..<data.count {
            #expect(try code { try RowCoding.decode(StepRecord.self, data.prefix(length), what: "step") } == .corrupt)
        }
        for _ in 0..<3_000 {
            var damaged = data
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                damaged[Int.random(in: 0..<data.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let found = try code { try RowCoding.decode(StepRecord.self, damaged, what: "step") }
            #expect(found == (damaged == data ? nil : .corrupt))
            let value = try code { try RowCoding.decode(JSONValue.self, damaged, what: "value") }
            #expect(value == nil || value == .corrupt)
        }
    }

    @Test(arguments: [1, 4_000]) func `every bit that flips is seen, in the form and the checksum too`(_ count: Int)
        throws
    {
        let value = [String](repeating: "a letter of a name", count: count)
        let data = try RowCoding.encode(value)
        for position in data.indices {
            for bit in 0..<8 where data.count < 1_000 || position % 97 == bit || position < 8 {
                var damaged = data
                damaged[position] ^= 1 << bit
                let found = try code { try RowCoding.decode([String].self, damaged, what: "value") }
                #expect(found == .corrupt, "bit \(bit) of byte \(position)")
            }
        }
    }

    /// CRC-32 as RFC 1952 has it, bit by bit.
    private static func checksum(of bytes: [UInt8]) -> [UInt8] {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return withUnsafeBytes(of: (~sum).littleEndian) { Array($0) }
    }
}
