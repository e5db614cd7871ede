/// Percent-encoding of URLs (RFC 3986, 2.1).
public enum PercentEncoding {
    /// Decodes every `%NN`; nil for a `%` without two hexadecimal digits and for bytes that are not UTF-8.
    public static func decode(_ text: Substring) -> String? {
        if !text.utf8.contains(UInt8(ascii: "%")) { return String(text) }
        var output: [UInt8] = []
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "%") else {
                output.append(byte)
                continue
            }
            guard let high = bytes.next().flatMap(Hexadecimal.value), let low = bytes.next().flatMap(Hexadecimal.value)
            else { return nil }
            output.append(high << 4 | low)
        }
        return String(validating: output, as: UTF8.self)
    }

    /// Encodes every byte that is not unreserved, so that the text is one segment of a URL's path.
    public static func encode(_ text: String) -> String {
        var output: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                output.append(byte)
            default:
                output.append(UInt8(ascii: "%"))
                var digits: [UInt8] = []
                Hexadecimal.append(byte, to: &digits)
                for digit in digits { output.append(digit >= UInt8(ascii: "a") ? digit - 32 : digit) }
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
