import CLoader
import Testing

/// What is told of a library that cannot be loaded.
@Suite struct LibraryLoadingTests {
    @Test func `a library that is not there is named`() {
        let reason = cloader_load("libnothing.so.9", nil, 0).map { String(cString: $0) }
        #expect(reason?.contains("libnothing.so.9") == true)
    }

    @Test func `a function that a library lacks is named`() {
        let reason = withUnsafeTemporaryAllocation(of: Int.self, capacity: 1) { slot in
            "no_such_function".withCString { name in
                var function = cloader_function(name: name, pointer: slot.baseAddress)
                return cloader_load("libm.so.6", &function, 1).map { String(cString: $0) }
            }
        }
        #expect(reason?.contains("no_such_function") == true)
    }

    @Test func `the address of a function that is there is set`() {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 1) { slot in
            slot[0] = 0
            "cos".withCString { name in
                var function = cloader_function(name: name, pointer: slot.baseAddress)
                #expect(cloader_load("libm.so.6", &function, 1) == nil)
            }
            #expect(slot[0] != 0)
        }
    }
}
