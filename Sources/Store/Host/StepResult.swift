/// What became of a step.
public struct StepResult: Sendable, Hashable {
    /// The step's position in the run.
    public var index: Int
    /// How far it came.
    public var state: StepState
    /// Why it failed.
    public var message: String?

    /// Makes a result.
    public init(index: Int, state: StepState, message: String? = nil) {
        self.index = index
        self.state = state
        self.message = message
    }
}
