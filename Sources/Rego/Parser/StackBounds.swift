import Glibc

/// How much of the thread's stack is left, so that deep nesting ends in an error and not in a crash.
enum StackBounds {
    /// What is kept free for the work between two checks and for unwinding.
    private static let reserve: UInt = 192 * 1024

    // Safety: only called with the address of an attribute object that lives through the call.
    private typealias AttributesOfThread =
        @convention(c) (pthread_t, UnsafeMutablePointer<pthread_attr_t>) -> Int32

    /// `pthread_getattr_np`, which Swift's module of the C library does not show.
    private static let attributesOfThread: AttributesOfThread? = {
        guard let symbol = dlsym(nil, "pthread_getattr_np") else { return nil }
        // Safety: the symbol has this type in every C library that has it.
        return unsafeBitCast(symbol, to: AttributesOfThread.self)
    }()

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    /// Whether the calling thread may go deeper.
    static var hasRoom: Bool { address > limit }

    /// The address under which this thread must not go; looked up once for each thread.
    static var limit: UInt {
        // Safety: the value is a number, stored as a pointer that nobody follows.
        if let known = pthread_getspecific(key) { return UInt(bitPattern: known) }
        var attributes = pthread_attr_t()
        // Safety: plain output parameters of the C library.
        var bottom: UnsafeMutableRawPointer?
        var size = 0
        var low = address &- 256 * 1024
        if let lookUp = attributesOfThread, lookUp(pthread_self(), &attributes) == 0 {
            if pthread_attr_getstack(&attributes, &bottom, &size) == 0, let bottom {
                low = UInt(bitPattern: bottom) + min(reserve, UInt(size) / 4)
            }
            pthread_attr_destroy(&attributes)
        }
        // Safety: never dereferenced.
        pthread_setspecific(key, UnsafeRawPointer(bitPattern: low))
        return low
    }

    /// About where the stack of the calling thread is now.
    @inline(__always)
    static var address: UInt {
        var marker: UInt8 = 0
        // Safety: only the address is taken.
        return withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
    }
}
