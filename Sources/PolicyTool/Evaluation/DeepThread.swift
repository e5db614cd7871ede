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
            var attributes = pthread_attr_t()
            pthread_attr_init(&attributes)
            pthread_attr_setstacksize(&attributes, stackSize)
            defer { pthread_attr_destroy(&attributes) }
            var thread = pthread_t()
            // Safety: the box lives until the thread was joined, and only that thread uses it meanwhile.
            let context = Unmanaged.passUnretained(box).toOpaque()
            let status = pthread_create(
                &thread, &attributes,
                { context in
                    if let context { Unmanaged<Box>.fromOpaque(context).takeUnretainedValue().work() }
                    return nil
                }, context)
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
