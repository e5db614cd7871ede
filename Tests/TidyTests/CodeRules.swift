@Sendable func classesNotFinal(_ source: SourceText) -> [Finding] {
    source.occurrences(of: "class").compactMap { offset in
        let next = source.identifier(at: source.skippingSpace(from: offset + 5))
        // `class func`, `class var`: a member of a class; `: class`, `"class"`: not a declaration.
        guard let first = next.first, first.isUppercase || first == "_" else { return nil }
        var modifier = source.wordBefore(offset)
        var position = offset
        while ["public", "package", "private", "fileprivate", "internal", "open", "nonisolated", "indirect"].contains(
            modifier)
        {
            position = source.startOfWord(modifier, before: position)
            modifier = source.wordBefore(position)
        }
        let isFinal = modifier == "final"
        return isFinal
            ? nil : source.finding(.classNotFinal, at: offset, "make '\(next)' final, or a struct, enum or actor")
    }
}

@Sendable func unstructuredTasks(_ source: SourceText) -> [Finding] {
    let message = "run it as a Service or as a child in a task group"
    let detached = source.occurrences(of: "Task.detached").map { source.finding(.unstructured, at: $0, message) }
    let made = source.occurrences(of: "Task").compactMap { offset -> Finding? in
        guard source.wordBefore(offset) != "->", !source.wordBefore(offset).hasSuffix(":") else { return nil }
        var next = source.skippingSpace(from: offset + 4)
        if source.code[next] == UInt8(ascii: "<") {
            next = source.skippingSpace(from: source.closingAngle(of: next))
        }
        let isMade = source.code[next] == UInt8(ascii: "{") || source.code[next] == UInt8(ascii: "(")
        let isDeclared = ["struct", "enum", "class", "actor", "extension", "func"].contains(source.wordBefore(offset))
        return isMade && !isDeclared ? source.finding(.unstructured, at: offset, message) : nil
    }
    return detached + made
}

@Sendable func unboundedStreams(_ source: SourceText) -> [Finding] {
    var findings: [Finding] = []
    for name in ["AsyncStream", "AsyncThrowingStream"] {
        for offset in source.occurrences(of: name) {
            let before = source.wordBefore(offset)
            guard before != "->", !before.hasSuffix(":"), before != "extension" else { continue }
            var next = source.skippingSpace(from: offset + name.utf8.count)
            if source.code[next] == UInt8(ascii: "<") {
                next = source.skippingSpace(from: source.closingAngle(of: next))
            }
            if source.identifier(at: next) == ".makeStream" { next = source.skippingSpace(from: next + 11) }
            let isClosure = source.code[next] == UInt8(ascii: "{")
            guard isClosure || source.code[next] == UInt8(ascii: "(") else { continue }
            let arguments = isClosure ? "" : source.text(next..<source.closing(of: next))
            if !arguments.contains("bufferingPolicy:") && !arguments.contains("unfolding:")
                || arguments.contains(".unbounded")
            {
                findings.append(
                    source.finding(
                        .asyncStream, at: offset, "give it a bufferingPolicy and say what happens at the bound"))
            }
        }
    }
    return findings
}

@Sendable func missingSafetyComments(_ source: SourceText) -> [Finding] {
    var lines = Set(source.occurrences(of: "@unchecked Sendable").map { source.line(of: $0) })
    lines.formUnion(source.occurrences(of: "nonisolated(unsafe)").map { source.line(of: $0) })
    for name in unsafeTypes { lines.formUnion(source.occurrences(of: name).map { source.line(of: $0) }) }
    guard !lines.isEmpty else { return [] }

    let distanceMaximum = 6
    let comments = source.comments.filter { $0.text.contains("Safety:") }.map(\.line)
    let functions = source.functionLines().filter { function in
        comments.contains { (function.lowerBound - distanceMaximum...function.upperBound).contains($0) }
    }
    var lastCovered = -distanceMaximum
    var findings: [Finding] = []
    for line in lines.sorted() {
        // One comment covers what stands close together, the head of the type that it opens, and the function that it
        // is in or above.
        let isCovered =
            line - lastCovered <= distanceMaximum
            || comments.contains { (line - distanceMaximum...line + 2).contains($0) }
            || functions.contains { $0.contains(line) }
        if isCovered {
            lastCovered = line
        } else {
            let message = "write '// Safety:' and what makes it true, at most \(distanceMaximum) lines above"
            findings.append(Finding(path: source.path, line: line, rule: .safety, message: message))
        }
    }
    return findings
}

private let unsafeTypes = [
    "UnsafePointer", "UnsafeMutablePointer", "UnsafeRawPointer", "UnsafeMutableRawPointer", "UnsafeBufferPointer",
    "UnsafeMutableBufferPointer", "UnsafeRawBufferPointer", "UnsafeMutableRawBufferPointer", "Unmanaged",
    "unsafeBitCast",
    "unsafeDowncast", "UnsafeContinuation", "UnsafeSendable",
]

@Sendable func interpolatedLogMessages(_ source: SourceText) -> [Finding] {
    var findings: [Finding] = []
    for level in ["trace", "debug", "info", "notice", "warning", "error", "critical", "log"] {
        for offset in source.occurrences(of: ".\(level)(") {
            let receiver = source.wordBefore(offset).lowercased()
            guard receiver == "log" || receiver.hasSuffix("logger") else { continue }
            let open = offset + level.utf8.count + 1
            let call = source.text(open..<source.closing(of: open))
            let message = call.range(ofFirst: "metadata:").map { String(call[..<$0]) } ?? call
            guard message.utf8.contains(SourceText.interpolation) else { continue }
            findings.append(
                source.finding(.logMessage, at: offset, "keep the message constant and put the data in metadata"))
        }
    }
    return findings
}

@Sendable func placeholders(_ source: SourceText) -> [Finding] {
    source.comments.flatMap { comment -> [Finding] in
        var line = comment.line
        var findings: [Finding] = []
        for text in comment.text.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = text.split(whereSeparator: { !$0.isLetter })
            if words.contains("FIXME") {
                findings.append(
                    Finding(path: source.path, line: line, rule: .placeholder, message: "FIXME never merges; fix it"))
            }
            if words.contains("TODO"), !text.hasIssueNumber {
                findings.append(
                    Finding(path: source.path, line: line, rule: .placeholder, message: "name its issue: TODO(#12)"))
            }
            line += 1
        }
        return findings
    }
}

extension StringProtocol {
    /// Whether the text has a `#` with a digit behind it.
    fileprivate var hasIssueNumber: Bool {
        zip(utf8, utf8.dropFirst()).contains {
            $0 == UInt8(ascii: "#") && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($1)
        }
    }

    /// Where the first occurrence of a text starts.
    func range(ofFirst needle: String) -> Index? {
        var position = startIndex
        while position < endIndex {
            if self[position...].hasPrefix(needle) { return position }
            position = index(after: position)
        }
        return nil
    }
}

extension SourceText {
    /// Where the word that `wordBefore` told starts.
    fileprivate func startOfWord(_ word: String, before offset: Int) -> Int {
        var end = offset
        while end > 0, isSpace(code[end - 1]) { end -= 1 }
        return end - word.utf8.count
    }

    /// The offset behind the angle bracket that closes the one at `offset`.
    fileprivate func closingAngle(of offset: Int) -> Int {
        var depth = 0
        var position = offset
        while position < code.count - 1 {
            if code[position] == UInt8(ascii: "<") { depth += 1 }
            if code[position] == UInt8(ascii: ">"), code[position - 1] != UInt8(ascii: "-") {
                depth -= 1
                if depth == 0 { return position + 1 }
            }
            position += 1
        }
        return position
    }
}
