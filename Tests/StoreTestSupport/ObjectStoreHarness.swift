public import Store

/// What a backend gives to the conformance suite.
public struct ObjectStoreHarness<Backend: ObjectStore>: Sendable {
    /// Runs a body with an empty store of its own.
    public var withStore: @Sendable (_ body: @Sendable (Backend) async throws -> Void) async throws -> Void
    /// The store as it is after its process was killed and started again; the given one is not used any more.
    public var restarted: @Sendable (Backend) async throws -> Backend
    /// How many changes of a kind a watcher can go back at least.
    public var historyLimit: Int
    /// How many undelivered events a watcher may have at least.
    public var bufferLimit: Int

    /// Describes a backend.
    public init(
        historyLimit: Int, bufferLimit: Int,
        restarted: @escaping @Sendable (Backend) async throws -> Backend,
        withStore: @escaping @Sendable (_ body: @Sendable (Backend) async throws -> Void) async throws -> Void
    ) {
        self.historyLimit = historyLimit
        self.bufferLimit = bufferLimit
        self.restarted = restarted
        self.withStore = withStore
    }
}

/// The checks of the suite, in the order of what they build on.
public enum ObjectStoreCheck: String, CaseIterable, Sendable {
    case createSetsWhatTheServerOwns
    case createRefusesANameThatIsTaken
    case createMakesNames
    case absentObjectsAreNotFound
    case objectsThatAreKnownAreNotReadAgain
    case kindsDoNotMeet
    case listsComeInOrder
    case listsComeInPages
    case pagesShowOneVersion
    case pagesOfAVersionThatIsGoneAreExpired
    case countsWhatFollows
    case latestVersionMovesWithItsKind
    case updateRefusesAnotherVersion
    case updateWithoutAVersionTakesWhatIsStored
    case updateKeepsWhatTheServerOwns
    case updateRaisesTheGenerationWithTheSpec
    case statusUpdateTakesOnlyTheStatus
    case specUpdateLeavesTheStatus
    case updateThatChangesNothingStoresNothing
    case updateLeavesManagedFieldsUnlessSent
    case updateRefusesAnotherUID
    case deleteRemoves
    case deleteRefusesAnotherVersion
    case deleteWaitsForFinalizers
    case recreatedObjectsHaveAnotherUID
    case watchBeginsAfterAVersion
    case watchMissesNothingAfterAList
    case watchSeesOnlyItsKind
    case watchFromTheFutureIsExpired
    case watchBeyondTheWindowIsExpired
    case slowWatchersAreDropped
    case cancelledWatchesEnd
    case concurrentWritersMakeOneHistory
    case concurrentUpdatesLoseNothing
    case everythingSurvivesARestart
}
