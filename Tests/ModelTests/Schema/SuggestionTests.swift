import Model
import Testing

@Suite("Suggestion")
struct SuggestionTests {
    private let names = [
        "content", "source", "template", "owner", "group", "mode", "absent", "after", "labels", "file",
    ]

    @Test(arguments: [
        ("contnet", "content"), ("conten", "content"), ("contents", "content"), ("ownr", "owner"), ("Mode", "mode"),
        ("moed", "mode"), ("lables", "labels"), ("fiel", "file"), ("sourse", "source"), ("gruop", "group"),
        ("tmplat", "template"),
    ])
    func `a near name is suggested`(typed: String, expected: String) {
        #expect(Suggestion.nearest(to: typed, among: names) == expected)
    }

    @Test(arguments: ["", "x", "zzzz", "permissions", "ensure", "contentcontent", "le"])
    func `nothing is suggested for a name that is far from all`(typed: String) {
        #expect(Suggestion.nearest(to: typed, among: names) == nil)
    }

    @Test func `a hostile name costs little`() {
        let long = String(repeating: "a", count: 1_000_000)
        #expect(Suggestion.nearest(to: long, among: names) == nil)
        #expect(Suggestion.clause(for: "ownr", among: names) == "; did you mean 'owner'?")
        #expect(Suggestion.clause(for: "zzz", among: names) == "")
    }
}

@Suite("DurationText")
struct DurationTextTests {
    @Test(
        arguments: [
            ("30s", 30), ("2m", 120), ("1h30m", 5400), ("7d", 604_800), ("1d2h3m4s", 93_784), ("0s", 0), ("90m", 5400),
        ] as [(String, Int64)])
    func `a duration is read`(text: String, seconds: Int64) { #expect(DurationText.seconds(text) == seconds) }

    @Test(arguments: [
        "", "30", "s", "30 s", "-1s", "1.5h", "30ms", "1m1h", "1m1m", "1h30", "９s", "99999999999999999999s",
        "9999999999999d", "1S",
    ])
    func `other text is no duration`(text: String) { #expect(DurationText.seconds(text) == nil) }

    @Test func `a duration survives its text`() {
        for seconds: Int64 in [0, 1, 59, 60, 3599, 3600, 5400, 86_399, 86_400, 93_784, 10_000_000] {
            #expect(DurationText.seconds(DurationText.text(seconds: seconds)) == seconds)
        }
        #expect(DurationText.text(seconds: 5400) == "1h30m")
    }
}
