let fileLinesMaximum = 400
let functionLinesMaximum = 70
let lineCharactersMaximum = 120

@Sendable func fileSizes(_ source: SourceText) -> [Finding] {
    let count = source.lineCount
    guard count > fileLinesMaximum else { return [] }
    let message = "\(count) lines; split it by topic into files of at most \(fileLinesMaximum)"
    return [Finding(path: source.path, line: count, rule: .fileSize, message: message, size: count)]
}

@Sendable func lineSizes(_ source: SourceText) -> [Finding] {
    var findings: [Finding] = []
    for line in source.lineStarts.indices {
        let start = source.lineStarts[line]
        let isLast = line + 1 == source.lineStarts.count
        let end = isLast ? source.bytes.count : source.lineStarts[line + 1] - 1
        // A character has at least a byte, so a line of few bytes needs no counting.
        guard end - start > lineCharactersMaximum else { continue }
        let count = String(decoding: source.bytes[start..<end], as: UTF8.self).count
        guard count > lineCharactersMaximum else { continue }
        findings.append(
            source.finding(
                .lineSize, at: start, "\(count) characters; break it at \(lineCharactersMaximum)", size: count))
    }
    return findings
}

@Sendable func functionSizes(_ source: SourceText) -> [Finding] {
    guard source.path.hasSuffix(".swift") else { return [] }
    return source.functions().compactMap { offset, body in
        let count = source.line(of: body.upperBound - 1) - source.line(of: offset) + 1
        guard count > functionLinesMaximum else { return nil }
        let message = "\(count) lines; move straight-line work to functions of at most \(functionLinesMaximum)"
        return source.finding(.functionSize, at: offset, message, size: count)
    }
}

extension SourceText {
    /// Where each function with a body is declared, and its braces.
    func functions() -> [(offset: Int, body: Range<Int>)] {
        ["func", "init", "subscript", "deinit"].flatMap { keyword in
            occurrences(of: keyword).compactMap { offset in
                functionBody(declaredAt: offset, keyword: keyword).map { (offset, $0) }
            }
        }
    }

    /// The lines of each function, from its declaration to its closing brace.
    func functionLines() -> [ClosedRange<Int>] {
        functions().map { offset, body in line(of: offset)...line(of: body.upperBound - 1) }
    }

    /// The braces of a function's body; nil for a requirement of a protocol, a call, or a use of the word as a name.
    func functionBody(declaredAt offset: Int, keyword: String) -> Range<Int>? {
        let before = wordBefore(offset)
        guard !before.hasSuffix(".") else { return nil }
        var position = skippingSpace(from: offset + keyword.utf8.count)
        if keyword != "deinit" {
            while position < code.count - 1, code[position] != UInt8(ascii: "(") {
                // Between the keyword and its parameters stand a name and generic parameters only.
                if code[position] == UInt8(ascii: "{") || code[position] == UInt8(ascii: "}") { return nil }
                position += 1
            }
            position = closing(of: position)
        }
        var lastByte = UInt8(ascii: ")")
        while position < code.count - 1 {
            let byte = code[position]
            if byte == UInt8(ascii: "{") { return position..<closing(of: position) }
            if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "=") || byte == UInt8(ascii: ";") { return nil }
            if byte == UInt8(ascii: "("), position < code.count - 1 {
                position = closing(of: position)
                lastByte = UInt8(ascii: ")")
                continue
            }
            if byte == UInt8(ascii: "\n"), !goesOnAfterLine(at: position, lastByte: lastByte) { return nil }
            if !isSpace(byte) { lastByte = byte }
            position += 1
        }
        return nil
    }

    /// Whether a declaration's head goes on behind the new line at `offset`.
    private func goesOnAfterLine(at offset: Int, lastByte: UInt8) -> Bool {
        if lastByte == UInt8(ascii: ",") || lastByte == UInt8(ascii: ">") && text(offset - 2..<offset) == "->" {
            return true
        }
        let next = skippingSpace(from: offset)
        if code[next] == UInt8(ascii: "{") || code[next] == UInt8(ascii: "-") { return true }
        return ["where", "throws", "async", "rethrows"].contains(identifier(at: next))
    }
}
