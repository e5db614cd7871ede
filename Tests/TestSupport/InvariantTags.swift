public import Testing

/// The invariants of DESIGN 2: a test that tries to break one carries its tag.
extension Tag {
    @Tag public static var i1: Tag
    @Tag public static var i2: Tag
    @Tag public static var i3: Tag
    @Tag public static var i4: Tag
    @Tag public static var i5: Tag
    @Tag public static var i6: Tag
    @Tag public static var i7: Tag
    @Tag public static var i8: Tag
    @Tag public static var i9: Tag
    @Tag public static var i10: Tag
    @Tag public static var i11: Tag
    @Tag public static var i12: Tag
}
