/// Neighbouring edits with lines around them.
struct DiffHunk {
    let edits: ArraySlice<LineDiff.Edit>
    /// How many lines each side has before the hunk.
    let oldStart: Int
    let newStart: Int

    /// Groups edits whose context would touch.
    static func hunks(of edits: [LineDiff.Edit], context: Int) -> [DiffHunk] {
        var ranges: [Range<Int>] = []
        for (index, edit) in edits.enumerated() where !edit.isKept {
            let range = max(0, index - context)..<min(edits.count, index + context + 1)
            if let last = ranges.last, last.upperBound >= range.lowerBound {
                ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
            } else {
                ranges.append(range)
            }
        }
        var (old, new, next) = (0, 0, 0)
        return ranges.map { range in
            for edit in edits[next..<range.lowerBound] {
                if edit.hasOld { old += 1 }
                if edit.hasNew { new += 1 }
            }
            next = range.lowerBound
            return DiffHunk(edits: edits[range], oldStart: old, newStart: new)
        }
    }

    /// The header and the lines.
    func text(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> String {
        var body = ""
        var (oldCount, newCount) = (0, 0)
        for edit in edits {
            switch edit {
            case .keep(let line, _):
                body += Self.line(" ", old[line])
                oldCount += 1
                newCount += 1
            case .remove(let line):
                body += Self.line("-", old[line])
                oldCount += 1
            case .add(let line):
                body += Self.line("+", new[line])
                newCount += 1
            }
        }
        return "@@ -\(Self.span(oldStart, oldCount)) +\(Self.span(newStart, newCount)) @@\n" + body
    }

    private static func span(_ start: Int, _ count: Int) -> String {
        // A side without lines is named by the line before it, which is line 0 at the beginning.
        let first = count == 0 ? start : start + 1
        return count == 1 ? "\(first)" : "\(first),\(count)"
    }

    private static func line(_ mark: String, _ bytes: ArraySlice<UInt8>) -> String {
        let text = mark + String(decoding: bytes, as: UTF8.self)
        return bytes.last == UInt8(ascii: "\n") ? text : text + "\n\\ No newline at end of file\n"
    }
}

extension LineDiff.Edit {
    var isKept: Bool {
        guard case .keep = self else { return false }
        return true
    }

    var hasOld: Bool {
        guard case .add = self else { return true }
        return false
    }

    var hasNew: Bool {
        guard case .remove = self else { return true }
        return false
    }
}
