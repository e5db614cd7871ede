import HostRuntime
import TestSupport
import Testing

@Suite struct UnifiedDiffTests {
    private func diff(_ old: String?, _ new: String?) -> String? {
        UnifiedDiff.make(path: "/f", from: old.map { Array($0.utf8) }, to: new.map { Array($0.utf8) })
    }

    @Test func `a changed line has three lines around it`() {
        #expect(
            diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n") == """
                --- a/f
                +++ b/f
                @@ -2,7 +2,7 @@
                 2
                 3
                 4
                -5
                +five
                 6
                 7
                 8

                """)
    }

    @Test func `a new file comes from nothing`() {
        #expect(diff(nil, "a\n") == "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n")
        #expect(diff("a\n", nil) == "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n")
        #expect(diff("", "a\nb\n") == "--- a/f\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\n")
    }

    @Test func `a missing newline at the end shows`() {
        #expect(
            diff("a\nb", "a\nb\n") == """
                --- a/f
                +++ b/f
                @@ -1,2 +1,2 @@
                 a
                -b
                \\ No newline at end of file
                +b

                """)
    }

    @Test func `equal texts have no diff, binary and large ones have none to show`() {
        #expect(diff("a\n", "a\n") == "")
        #expect(UnifiedDiff.make(path: "/f", from: [0], to: [65]) == nil)
        #expect(UnifiedDiff.make(path: "/f", from: [65], to: [0xff, 0xfe]) == nil)
        #expect(diff(String(repeating: "x", count: UnifiedDiff.sizeMaximum + 1), "") == nil)
        #expect(diff(String(repeating: "x", count: UnifiedDiff.sizeMaximum), "") != nil)
    }

    @Test func `texts with nothing in common are replaced within bounds`() {
        let old = (0..<8_000).map { "a\($0)\n" }.joined()
        let new = (0..<8_000).map { "b\($0)\n" }.joined()
        let text = diff(old, new)
        #expect(text?.split(separator: "\n").count == 16_003)
    }

    @Test func `any diff patches the old text into the new one`() {
        for seed in UInt64(0)..<500 {
            var random = SeededGenerator(seed: seed)
            let old = lines(&random)
            var new = old
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let place = Int.random(in: 0...new.count, using: &random)
                if random.chance(50), place < new.count {
                    new.remove(at: place)
                } else {
                    new.insert("n\(Int.random(in: 0..<4, using: &random))", at: place)
                }
            }
            let text = diff(old.map { $0 + "\n" }.joined(), new.map { $0 + "\n" }.joined()) ?? ""
            #expect(patched(old, text) == new, "seed \(seed)\n\(text)")
        }
    }

    private func lines(_ random: inout SeededGenerator) -> [String] {
        (0..<Int.random(in: 0...30, using: &random)).map { _ in "l\(Int.random(in: 0..<6, using: &random))" }
    }

    /// Applies hunks strictly: context and removals must match, counts must be right.
    private func patched(_ old: [String], _ text: String) -> [String]? {
        if text.isEmpty { return old }
        var result: [String] = []
        var next = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2).dropLast() {
            if line.hasPrefix("@@") {
                let span = line.split(separator: " ")[1].dropFirst().split(separator: ",")
                guard let start = Int(span[0]) else { return nil }
                let count = span.count > 1 ? Int(span[1]) ?? 0 : 1
                let first = count == 0 ? start : start - 1
                guard first >= next, first <= old.count else { return nil }
                result += old[next..<first]
                next = first
                continue
            }
            let body = String(line.dropFirst())
            if line.hasPrefix("+") {
                result.append(body)
                continue
            }
            guard next < old.count, old[next] == body else { return nil }
            if line.hasPrefix(" ") { result.append(body) }
            next += 1
        }
        return result + old[next...]
    }
}
