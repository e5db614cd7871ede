extension ExecCache {
    /// The processes that are remembered and fit, newest first; `isMatch` sees at most the first KiB of a command line.
    public func recent(where isMatch: (ProcessInformation) -> Bool) -> [ProcessInformation] {
        remembered().filter(isMatch)
    }
}
