public import Testing

/// The invariants of DESIGN 2: a test that tries to break one carries its tag.
extension Tag {
    /// Invariant I1.
    @Tag public static var i1: Tag
    /// Invariant I2.
    @Tag public static var i2: Tag
    /// Invariant I3.
    @Tag public static var i3: Tag
    /// Invariant I4.
    @Tag public static var i4: Tag
    /// Invariant I5.
    @Tag public static var i5: Tag
    /// Invariant I6.
    @Tag public static var i6: Tag
    /// Invariant I7.
    @Tag public static var i7: Tag
    /// Invariant I8.
    @Tag public static var i8: Tag
    /// Invariant I9.
    @Tag public static var i9: Tag
    /// Invariant I10.
    @Tag public static var i10: Tag
    /// Invariant I11.
    @Tag public static var i11: Tag
    /// Invariant I12.
    @Tag public static var i12: Tag
}
