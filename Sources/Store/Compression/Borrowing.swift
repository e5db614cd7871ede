/// Calls with the bytes of an array and keeps the type of what the body throws, which the standard library's own form
/// for arrays does not.
// Safety: the buffer is valid within the body only.
func withBytes<Result, Failure: Error>(
    of bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
) throws(Failure) -> Result {
    // Safety: the buffer does not outlive the closure.
    let result = bytes.withUnsafeBytes { (buffer) in
        Swift.Result { () throws(Failure) in try body(buffer) }
    }
    return try result.get()
}
