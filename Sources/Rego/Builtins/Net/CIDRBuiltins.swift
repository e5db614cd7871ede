/// `net.cidr_*`.
enum CIDRBuiltins {
    private static let element = RegoType.either(.string, .array(.any))
    private static let list = RegoType.any([.string, .array(element), .set(element), .object(.string, element)])

    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("net.cidr_contains", [.string, .string], .boolean, evaluate: contains),
        BuiltinDeclaration("net.cidr_overlap", [.string, .string], .boolean, isDeprecated: true, evaluate: contains),
        BuiltinDeclaration("net.cidr_intersects", [.string, .string], .boolean, evaluate: intersects),
        BuiltinDeclaration(
            "net.cidr_contains_matches", [list, list], .set(.array([.any, .any], rest: nil)),
            evaluate: containsMatches),
        BuiltinDeclaration("net.cidr_expand", [.string], .set(.string), evaluate: expand),
        BuiltinDeclaration("net.cidr_is_valid", [.string], .boolean, evaluate: isValid),
        BuiltinDeclaration("net.cidr_merge", [.collection(.string)], .set(.string), evaluate: merge),
    ]

    private static func cidr(_ value: RegoValue) throws(BuiltinError) -> CIDR {
        guard case .string(let text) = value else { throw BuiltinError.operand(1, value, "string") }
        guard let cidr = CIDR(text.string) else { throw BuiltinError("invalid CIDR address: \(text)") }
        return cidr
    }

    static func contains(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .bool(try contains(arguments[0], arguments[1]))
    }

    private static func contains(_ whole: RegoValue, _ part: RegoValue) throws(BuiltinError) -> Bool {
        let whole = try cidr(whole)
        guard case .string(let text) = part else { throw BuiltinError.operand(1, part, "string") }
        if let address = IPAddress(text.string) { return whole.contains(address) }
        guard let inner = CIDR(text.string) else {
            throw BuiltinError("not a valid textual representation of an IP address or CIDR: \(text)")
        }
        let last = IPAddress(value: inner.last, isFour: inner.address.isFour)
        return whole.contains(inner.address) && whole.contains(last)
    }

    static func intersects(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let left = try cidr(arguments[0])
        let right = try cidr(arguments[1])
        return .bool(left.contains(right.address) || right.contains(left.address))
    }

    static func containsMatches(
        _ context: BuiltinContext, _ arguments: [RegoValue]
    ) throws(BuiltinError) -> RegoValue? {
        let left = try indexed(arguments[0], 1)
        let right = try indexed(arguments[1], 2)
        var made = RegoSet()
        for (whole, index) in left {
            for (part, other) in right {
                try context.spend()
                if try contains(whole, part) {
                    try context.charge(bytes: 64)
                    made.insert([index, other])
                }
            }
        }
        return .set(made)
    }

    /// The texts of an operand, each with what stands for it in the result.
    private static func indexed(
        _ value: RegoValue, _ position: Int
    ) throws(BuiltinError) -> [(text: RegoValue, index: RegoValue)] {
        var made: [(text: RegoValue, index: RegoValue)] = []
        switch value {
        case .string: made = [(value, value)]
        case .array(let array):
            for (index, element) in array.enumerated() {
                made.append((try text(of: element, position), RegoValue(index)))
            }
        case .set(let set): for member in set { made.append((try text(of: member, position), member)) }
        case .object(let object):
            for (key, element) in object { made.append((try text(of: element, position), key)) }
        default: break
        }
        return made
    }

    private static func text(of element: RegoValue, _ position: Int) throws(BuiltinError) -> RegoValue {
        if case .string = element { return element }
        if case .array(let array) = element, let first = array.first { return first }
        throw BuiltinError("operand \(position): element must be string or non-empty array")
    }

    static func expand(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let range = try cidr(.string(try arguments.string(0)))
        var made = RegoSet()
        var next = range.first
        while true {
            try context.spend()
            try context.charge(bytes: 80)
            if made.count > 1 << 26 { throw BuiltinError(.halt(.memory), "net.cidr_expand: too many addresses") }
            made.insert(RegoValue(IPAddress(value: next, isFour: range.address.isFour).text))
            if next == range.last { return .set(made) }
            next += 1
        }
    }

    static func isValid(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        guard case .string(let text) = arguments[0] else { return false }
        return .bool(CIDR(text.string) != nil)
    }

    static func merge(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let list: ContiguousArray<RegoValue>
        switch arguments[0] {
        case .array(let array): list = array.elements
        case .set(let set): list = set.sorted
        default: throw BuiltinError("operand must be an array")
        }
        var networks: [CIDR] = []
        for element in list {
            guard case .string(let text) = element else { throw BuiltinError("element must be string") }
            networks.append(try network(text))
        }
        var made = RegoSet()
        for isFour in [true, false] {
            merge(networks.filter { $0.address.isFour == isFour }, isFour: isFour, into: &made)
        }
        return .set(made)
    }

    /// A range, or an address with the mask of its class.
    private static func network(_ text: RegoString) throws(BuiltinError) -> CIDR {
        guard let address = IPAddress(text.string) else { return try cidr(.string(text)) }
        guard address.isFour else { throw BuiltinError("IPv6 invalid: needs prefix length") }
        let first = UInt8(truncatingIfNeeded: address.value >> 24)
        return CIDR(address: address, prefix: 96 + (first < 128 ? 8 : first < 192 ? 16 : 24))
    }

    private static func merge(_ networks: [CIDR], isFour: Bool, into made: inout RegoSet) {
        struct Span {
            var first: UInt128
            var last: UInt128
            var network: CIDR?
        }
        var spans: [Span] = []
        let sorted = networks.sorted { ($0.first, $0.last) < ($1.first, $1.last) }
        for network in sorted {
            if let span = spans.last, span.last == .max || network.first <= span.last + 1 {
                spans[spans.count - 1] = Span(first: span.first, last: Swift.max(span.last, network.last), network: nil)
            } else {
                spans.append(Span(first: network.first, last: network.last, network: network))
            }
        }
        for span in spans {
            if let network = span.network {
                made.insert(RegoValue(network.text))
            } else {
                for cidr in CIDR.covering(span.first, span.last, isFour: isFour) { made.insert(RegoValue(cidr.text)) }
            }
        }
    }
}
