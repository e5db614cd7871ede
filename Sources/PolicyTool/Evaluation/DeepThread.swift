import Glibc

/// A thread with room for policies that go deep: how deep they may go is for the limits of an evaluation to say.
enum DeepThread {
    /// The stack; what of it is not used takes no memory.
    private static let stackSize = 256 << 20

    /// Does work on such a thread, and waits for it; where there can be none, on this one.
    static func run<Value>(_ work: () -> Value) -> Value {
        var result: Value?
        withoutActuallyEscaping({ result = work() }) { escaping in
            let box = Box(escaping)
            // Safety: the box lives until the thread was joined, and only that thread uses it meanwhile.
            let context = Unmanaged.passUnretained(box).toOpaque()
            var thread = pthread_t()
            // Safety: `pthread_attr_init` fills the attributes before anything reads them.
            let status = withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { buffer in
                // Safety: a buffer of one element has an address.
                let attributes = buffer.baseAddress.unsafelyUnwrapped
                pthread_attr_init(attributes)
                defer { pthread_attr_destroy(attributes) }
                pthread_attr_setstacksize(attributes, stackSize)
                return pthread_create(
                    &thread, attributes,
                    { context in
                        if let context { Unmanaged<Box>.fromOpaque(context).takeUnretainedValue().work() }
                        return nil
                    }, context)
            }
            if status == 0 {
                pthread_join(thread, nil)
            } else {
                escaping()
            }
            withExtendedLifetime(box) {}
        }
        guard let result else { preconditionFailure("the work was done on one of the two threads") }
        return result
    }

    private final class Box {
        let work: () -> Void

        init(_ work: @escaping () -> Void) { self.work = work }
    }
}
