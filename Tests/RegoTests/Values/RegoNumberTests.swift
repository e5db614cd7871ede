import Testing

@testable import Rego

@Suite struct RegoNumberTests {
    @Test func `a number keeps the text it was written as and equals what has its value`() throws {
        let written = try #require(RegoNumber(text: "1.0"))
        #expect(written.text == "1.0")
        #expect(written == 1)
        #expect(written.hash64 == RegoNumber(1).hash64)
        #expect(written.int == nil)
        #expect(written.integerValue == 1)
        #expect(try #require(RegoNumber(text: "100e-1")) == 10)
        #expect(try #require(RegoNumber(text: "12345678901234567890")) < #require(RegoNumber(text: "1e20")))
        #expect(try #require(RegoNumber(text: "-0.5")) < 0)
        #expect(try #require(RegoNumber(text: "0.10")) == #require(RegoNumber(text: "1e-1")))
    }

    @Test(arguments: ["", "-", "01", "1.", ".5", "1e", "+1", "0x10", "1 ", "NaN", "--1"])
    func `what JSON has no number for is none`(text: String) {
        #expect(RegoNumber(text: text) == nil)
    }

    @Test(arguments: [
        ("0.1", "0.2", "0.3"), ("1.5", "1.5", "3"), ("1e18", "1", "1000000000000000001"),
        ("9223372036854775807", "1", "9223372036854775808"), ("0.5", "0.25", "0.75"),
        ("1234567.5", "0", "1.2345675e+06"),
    ])
    func `a sum is exact on integers and shortest on fractions`(left: String, right: String, sum: String) throws {
        let first = try #require(RegoNumber(text: left))
        let second = try #require(RegoNumber(text: right))
        #expect(try ArithmeticBuiltins.add(first, second, testContext()).text == sum)
    }

    @Test(arguments: [("1", "3", "0.33333333333333333334"), ("10", "4", "2.5"), ("0", "5", "0"), ("7", "-2", "-3.5")])
    func `a quotient has the digits that sixty-four bits need`(left: String, right: String, quotient: String) throws {
        let first = try #require(RegoNumber(text: left))
        let second = try #require(RegoNumber(text: right))
        let made = try ArithmeticBuiltins.divide(testContext(), [.number(first), .number(second)])
        #expect(made?.json == quotient)
    }
}

/// A context at a fixed time, with a fixed seed.
func testContext() -> BuiltinContext { BuiltinContext(now: 1_700_000_000_000_000_000, seed: 7) }
