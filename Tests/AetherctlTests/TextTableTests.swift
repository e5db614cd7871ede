import Testing

@testable import aetherctl

@Suite struct TextTableTests {
    private let table = TextTable(
        ["NAME", "PHASE", "MESSAGE"],
        rows: [["file:etc-motd", "InSync", ""], ["漢字", "Failed", "a message that is longer than the terminal"]])

    @Test func `columns stand below each other by the columns that they take, without space at the end of a line`() {
        #expect(
            table.text() == """
                NAME           PHASE   MESSAGE
                file:etc-motd  InSync
                漢字           Failed  a message that is longer than the terminal
                """)
    }

    @Test func `only the last column is cut, only to a terminal's width, and never to nothing`() {
        #expect(table.text(width: 40).split(separator: "\n").last == "漢字           Failed  a message that i…")
        #expect(table.text(width: 10).split(separator: "\n").last == "漢字           Failed  a messa…")
        #expect(table.text(width: nil).contains("longer than the terminal"))
    }

    @Test func `an empty cell in the middle keeps its column`() {
        let table = TextTable(["A", "B", "C"], rows: [["1", "", "3"], ["", "", ""], ["1", "22", ""]])
        #expect(table.text() == "A  B   C\n1      3\n\n1  22")
    }

    @Test func `what a terminal would act on is shown instead`() {
        let table = TextTable(["A"], rows: [["x\u{1B}[2Jy\nz\u{9B}\u{202E}"]])
        #expect(table.text() == "A\nx\\u{1B}[2Jy\\nz\\u{009B}\\u{202E}")
    }

    @Test func `colour does not move columns`() {
        let colored = table.text(style: Style(isColored: true))
        #expect(colored.contains("\u{1B}[32mInSync\u{1B}[0m"))
        let stripped = colored.replacing(#/\u{1B}\[[0-9]+m/#, with: "")
        #expect(stripped == table.text())
    }

    @Test func `a table that goes on keeps the columns of what was printed before`() {
        var widths: [Int] = []
        table.widen(&widths)
        let more = TextTable(table.headings, rows: [["a", "b", "c"]])
        more.widen(&widths)
        #expect(more.text(widths: widths, showsHeadings: false, style: .plain) == "a              b       c")
    }

    @Test(arguments: [("", 0), ("abc", 3), ("漢字", 4), ("e\u{301}", 1), ("🙂", 2), ("❤️", 2), ("ｱ", 1), ("한", 2)])
    func `text is as wide as a terminal shows it`(_ text: String, _ width: Int) {
        #expect(text.displayWidth == width)
    }

    @Test func `cutting never passes the width`() {
        for width in 0...12 { #expect("a漢字b🙂cdef".truncated(to: width).displayWidth <= width) }
    }
}
