import Model
import TestSupport
import Testing

@Suite("WallTime")
struct WallTimeTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_208_000, "2024-02-29T12:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (-2_208_988_800, "1900-01-01T00:00:00Z"),
            (1_785_542_399, "2026-07-31T23:59:59Z"),
        ] as [(Int64, String)])
    func `seconds and text are the same instant`(seconds: Int64, text: String) {
        #expect(WallTime(seconds: seconds).description == text)
        #expect(WallTime(text: text) == WallTime(seconds: seconds))
    }

    @Test func `the text has microseconds where there are any`() {
        let time = WallTime(nanoseconds: 1_000_000_123_456_789)
        #expect(time.description == "1970-01-12T13:46:40.123456Z")
        #expect(WallTime(text: "1970-01-12T13:46:40.123456Z")?.nanoseconds == 1_000_000_123_456_000)
        #expect(WallTime(text: "1970-01-12T13:46:40.123456789Z") == time)
        #expect(WallTime(text: "1970-01-12T13:46:40.1234567899Z") == time)
        #expect(WallTime(nanoseconds: -1).description == "1969-12-31T23:59:59.999999Z")
    }

    @Test func `an offset is taken off`() {
        #expect(WallTime(text: "2024-01-01T02:00:00+02:00")?.description == "2024-01-01T00:00:00Z")
        #expect(WallTime(text: "2023-12-31T18:30:00-05:30")?.description == "2024-01-01T00:00:00Z")
        #expect(WallTime(text: "2024-01-01 00:00:00z")?.description == "2024-01-01T00:00:00Z")
    }

    @Test(arguments: [
        "", "2024", "2024-01-01", "2024-01-01T00:00:00", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z",
        "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z",
        "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+0200", "2024-1-1T00:00:00Z", "2024-01-01T00:00:00Zx",
        "9999-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "２０２４-01-01T00:00:00Z",
    ])
    func `other text is no instant`(text: String) { #expect(WallTime(text: text) == nil) }

    @Test func `an instant survives its text`() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let time = WallTime(
                nanoseconds: .random(in: -9_200_000_000_000_000...9_200_000_000_000_000, using: &generator) * 1000)
            #expect(WallTime(text: time.description) == time)
        }
    }

    @Test func `arithmetic stays within the bounds`() {
        #expect(WallTime(nanoseconds: .max).adding(seconds: 1).nanoseconds == .max)
        #expect(WallTime(nanoseconds: .min).adding(seconds: -1).nanoseconds == .min)
        #expect(WallTime(seconds: .max).nanoseconds == .max)
        #expect(WallTime(seconds: 10).adding(seconds: 5) == WallTime(seconds: 15))
    }

    @Test(
        arguments: [
            (0, "0s"), (45, "45s"), (119, "119s"), (120, "2m"), (192, "3m12s"), (600, "10m"), (2820, "47m"),
            (10_800, "3h"),
            (18_600, "5h10m"), (108_000, "30h"), (172_800, "2d"), (273_600, "3d4h"), (10_368_000, "120d"),
            (65_664_000, "2y30d"), (315_360_000, "10y"), (-5, "0s"),
        ] as [(Int64, String)])
    func `ages read as in kubectl`(seconds: Int64, text: String) {
        #expect(WallTime(seconds: 1_000_000 + seconds).age(since: WallTime(seconds: 1_000_000)) == text)
    }
}
