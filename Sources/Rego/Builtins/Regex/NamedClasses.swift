/// The classes of Perl and POSIX, which are all of ASCII.
enum NamedClasses {
    static let digit = RuneClass([48...57])
    static let space = RuneClass([9...10, 12...13, 32...32])
    static let word = RuneClass([48...57, 65...90, 95...95, 97...122])

    static let posix: [String: RuneClass] = [
        "alnum": RuneClass([48...57, 65...90, 97...122]),
        "alpha": RuneClass([65...90, 97...122]),
        "ascii": RuneClass([0...127]),
        "blank": RuneClass([9...9, 32...32]),
        "cntrl": RuneClass([0...31, 127...127]),
        "digit": digit,
        "graph": RuneClass([33...126]),
        "lower": RuneClass([97...122]),
        "print": RuneClass([32...126]),
        "punct": RuneClass([33...47, 58...64, 91...96, 123...126]),
        "space": RuneClass([9...13, 32...32]),
        "upper": RuneClass([65...90]),
        "word": word,
        "xdigit": RuneClass([48...57, 65...70, 97...102]),
    ]
}
