/// Strings: trimming and replacing.
enum TrimBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("trim", [.string, .string], .string, evaluate: trim),
        BuiltinDeclaration("trim_left", [.string, .string], .string, evaluate: trimLeft),
        BuiltinDeclaration("trim_right", [.string, .string], .string, evaluate: trimRight),
        BuiltinDeclaration("trim_prefix", [.string, .string], .string, evaluate: trimPrefix),
        BuiltinDeclaration("trim_suffix", [.string, .string], .string, evaluate: trimSuffix),
        BuiltinDeclaration("trim_space", [.string], .string, evaluate: trimSpace),
        BuiltinDeclaration("replace", [.string, .string, .string], .string, evaluate: replace),
        BuiltinDeclaration("strings.replace_n", [.object(.string, .string), .string], .string, evaluate: replaceAll),
    ]

    static func trim(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let cut = Set(try arguments.string(1).runes)
        return .string(cutting(try arguments.string(0), left: true, right: true) { cut.contains($0) })
    }

    static func trimLeft(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let cut = Set(try arguments.string(1).runes)
        return .string(cutting(try arguments.string(0), left: true, right: false) { cut.contains($0) })
    }

    static func trimRight(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let cut = Set(try arguments.string(1).runes)
        return .string(cutting(try arguments.string(0), left: false, right: true) { cut.contains($0) })
    }

    static func trimSpace(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .string(cutting(try arguments.string(0), left: true, right: true, GoCase.isSpace))
    }

    static func trimPrefix(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let string = try arguments.string(0)
        let prefix = try arguments.string(1)
        return .string(string.hasPrefix(prefix) ? string.slice(prefix.utf8Count..<string.utf8Count) : string)
    }

    static func trimSuffix(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let string = try arguments.string(0)
        let suffix = try arguments.string(1)
        return .string(string.hasSuffix(suffix) ? string.slice(0..<string.utf8Count - suffix.utf8Count) : string)
    }

    private static func cutting(
        _ string: RegoString, left: Bool, right: Bool, _ isCut: (UInt32) -> Bool
    ) -> RegoString {
        let range = string.withBytes { bytes in
            var start = 0
            while left, start < bytes.count {
                let (rune, width) = GoRunes.decode(bytes, at: start)
                if !isCut(rune) { break }
                start += width
            }
            var end = bytes.count
            while right, end > start {
                var begin = end - 1
                while begin > start, end - begin < 4, bytes[begin] & 0xC0 == 0x80 { begin -= 1 }
                var (rune, width) = GoRunes.decode(bytes, at: begin)
                if begin + width != end {
                    begin = end - 1
                    rune = GoRunes.replacement
                    width = 1
                }
                if !isCut(rune) { break }
                end = begin
            }
            return start..<end
        }
        return string.slice(range)
    }

    static func replace(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let string = try arguments.string(0)
        let old = try arguments.string(1)
        let new = try arguments.string(2)
        return .string(try replacing([(old, new)], in: string, context))
    }

    static func replaceAll(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let patterns = try arguments.object(0)
        let string = try arguments.string(1)
        var pairs: [(old: RegoString, new: RegoString)] = []
        for (key, value) in patterns {
            guard case .string(let old) = key else {
                throw BuiltinError.operand(1, message: "non-string key found in pattern object")
            }
            guard case .string(let new) = value else {
                throw BuiltinError.operand(1, message: "non-string value found in pattern object")
            }
            pairs.append((old, new))
        }
        return .string(try replacing(pairs, in: string, context))
    }

    /// At each byte the first pair that matches wins, as in Go's Replacer; an empty one matches where no other does.
    private static func replacing(
        _ pairs: [(old: RegoString, new: RegoString)], in string: RegoString, _ context: BuiltinContext
    ) throws(BuiltinError) -> RegoString {
        var starts = [[Int]](repeating: [], count: 256)
        var empty: Int?
        for (index, pair) in pairs.enumerated() {
            if pair.old.isEmpty {
                empty = empty ?? index
            } else {
                pair.old.withBytes { starts[Int($0[0])].append(index) }
            }
        }
        let bytes = string.utf8
        var made: [UInt8] = []
        made.reserveCapacity(bytes.count)
        var offset = 0
        var wasEmpty = false
        while offset <= bytes.count {
            try context.spend()
            var chosen = wasEmpty ? nil : empty
            let candidates = offset < bytes.count ? starts[Int(bytes[offset])] : []
            for index in candidates where chosen.map({ index < $0 }) ?? true {
                if pairs[index].old.withBytes({ bytes[offset...].starts(with: $0) }) {
                    chosen = index
                    break
                }
            }
            if let chosen {
                try context.charge(bytes: pairs[chosen].new.utf8Count)
                pairs[chosen].new.withBytes { made.append(contentsOf: $0) }
                offset += pairs[chosen].old.utf8Count
                wasEmpty = pairs[chosen].old.isEmpty
                continue
            }
            wasEmpty = false
            if offset < bytes.count { made.append(bytes[offset]) }
            offset += 1
        }
        return RegoString(utf8: made)
    }
}
