import FoundationEssentials
import Model

@testable import Store

extension FuzzTarget {
    /// Rows of the state database, in their compact form.
    static let row = FuzzTarget(name: "row") { input in
        let data = Data(input)
        _ = try? RowCoding.decode(Plan.self, data, what: "plan")
        _ = try? RowCoding.decode(StepRecord.self, data, what: "steps")
        _ = try? RowCoding.decode(DeclaredResource.self, data, what: "resource")
        _ = try? RowCoding.decode(StateBefore.self, data, what: "state")
        guard let value = try? RowCoding.decode(JSONValue.self, data, what: "value") else { return }
        let again = try RowCoding.decode(JSONValue.self, try RowCoding.encode(value), what: "value")
        try FuzzFinding.require(again.canonicalBytes == value.canonicalBytes, "a row does not survive being written")
    }

    /// Compressed bytes.
    static let inflate = FuzzTarget(name: "inflate") { input in
        if let bytes = try? Inflater.decompress(input, limit: 1 << 16) {
            try FuzzFinding.require(bytes.count <= 1 << 16, "more than the limit came out")
        }
        let packed = try Deflater.compress(input)
        try FuzzFinding.require(
            try Inflater.decompress(packed, limit: input.count) == input, "bytes are not what they were")
    }

    /// Lines of the audit log.
    static let audit = FuzzTarget(name: "audit") { input in
        if case .success(let line) = AuditLine.parse(input) { _ = line }
    }
}
