import LinuxIO
import Testing

@Test func `the clock of the boot moves forward`() {
    let first = bootTimeNow()
    #expect(bootTimeNow() >= first)
}
