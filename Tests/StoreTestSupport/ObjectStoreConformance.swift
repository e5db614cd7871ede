import Model
public import Store
import TestSupport
import Testing

/// The law of `ObjectStore` as checks that every backend passes.
public struct ObjectStoreConformance<Backend: ObjectStore>: Sendable {
    let harness: ObjectStoreHarness<Backend>
    let kind = KindName(rawValue: "Blueprint")

    /// Makes the suite of a backend.
    public init(_ harness: ObjectStoreHarness<Backend>) { self.harness = harness }

    /// Runs one check on a store of its own.
    public func run(_ check: ObjectStoreCheck) async throws {
        try await harness.withStore { store in
            switch check {
            case .createSetsWhatTheServerOwns: try await createSetsWhatTheServerOwns(store)
            case .createRefusesANameThatIsTaken: try await createRefusesANameThatIsTaken(store)
            case .createMakesNames: try await createMakesNames(store)
            case .absentObjectsAreNotFound: try await absentObjectsAreNotFound(store)
            case .objectsThatAreKnownAreNotReadAgain: try await objectsThatAreKnownAreNotReadAgain(store)
            case .kindsDoNotMeet: try await kindsDoNotMeet(store)
            case .listsComeInOrder: try await listsComeInOrder(store)
            case .listsComeInPages: try await listsComeInPages(store)
            case .pagesShowOneVersion: try await pagesShowOneVersion(store)
            case .pagesOfAVersionThatIsGoneAreExpired: try await pagesOfAVersionThatIsGoneAreExpired(store)
            case .countsWhatFollows: try await countsWhatFollows(store)
            case .latestVersionMovesWithItsKind: try await latestVersionMovesWithItsKind(store)
            case .updateRefusesAnotherVersion: try await updateRefusesAnotherVersion(store)
            case .updateWithoutAVersionTakesWhatIsStored: try await updateWithoutAVersionTakesWhatIsStored(store)
            case .updateKeepsWhatTheServerOwns: try await updateKeepsWhatTheServerOwns(store)
            case .updateRaisesTheGenerationWithTheSpec: try await updateRaisesTheGenerationWithTheSpec(store)
            case .statusUpdateTakesOnlyTheStatus: try await statusUpdateTakesOnlyTheStatus(store)
            case .specUpdateLeavesTheStatus: try await specUpdateLeavesTheStatus(store)
            case .updateThatChangesNothingStoresNothing: try await updateThatChangesNothingStoresNothing(store)
            case .updateLeavesManagedFieldsUnlessSent: try await updateLeavesManagedFieldsUnlessSent(store)
            case .updateRefusesAnotherUID: try await updateRefusesAnotherUID(store)
            case .deleteRemoves: try await deleteRemoves(store)
            case .deleteRefusesAnotherVersion: try await deleteRefusesAnotherVersion(store)
            case .deleteWaitsForFinalizers: try await deleteWaitsForFinalizers(store)
            case .recreatedObjectsHaveAnotherUID: try await recreatedObjectsHaveAnotherUID(store)
            case .watchBeginsAfterAVersion: try await watchBeginsAfterAVersion(store)
            case .watchMissesNothingAfterAList: try await watchMissesNothingAfterAList(store)
            case .watchSeesOnlyItsKind: try await watchSeesOnlyItsKind(store)
            case .watchFromTheFutureIsExpired: try await watchFromTheFutureIsExpired(store)
            case .watchBeyondTheWindowIsExpired: try await watchBeyondTheWindowIsExpired(store)
            case .slowWatchersAreDropped: try await slowWatchersAreDropped(store)
            case .cancelledWatchesEnd: try await cancelledWatchesEnd(store)
            case .concurrentWritersMakeOneHistory: try await concurrentWritersMakeOneHistory(store)
            case .concurrentUpdatesLoseNothing: try await concurrentUpdatesLoseNothing(store)
            case .everythingSurvivesARestart: try await everythingSurvivesARestart(store)
            }
        }
    }
}

extension ObjectStoreConformance {
    func object(_ name: String, _ spec: JSONValue = ["mode": "enforce"], kind: KindName? = nil) -> APIObject {
        APIObject(kind: kind ?? self.kind, metadata: ObjectMeta(name: name), spec: spec)
    }

    func key(_ name: String) -> ObjectKey { ObjectKey(kind: kind, name: name) }

    func create(_ name: String, _ spec: JSONValue = ["mode": "enforce"], in store: Backend) async throws -> APIObject {
        try await store.create(object(name, spec), durability: .deferred)
    }

    func version(_ object: APIObject) throws -> ResourceVersion { try #require(object.metadata.resourceVersion) }

    /// The version of the whole store for this kind.
    func current(_ store: Backend) async throws -> ResourceVersion {
        try await store.objects(of: kind, limit: 1, after: nil).version
    }

    /// The code of what a body throws; nil when it throws nothing.
    func code(_ body: () async throws -> some Any) async throws -> StoreError.Code? {
        do {
            _ = try await body()
            return nil
        } catch let error as StoreError {
            #expect(!error.message.isEmpty && !error.message.hasSuffix("."))
            return error.code
        }
    }

    /// The next events of a watch.
    func next(
        _ count: Int, of iterator: inout AsyncThrowingStream<WatchEvent, any Error>.AsyncIterator
    ) async throws -> [WatchEvent] {
        var events: [WatchEvent] = []
        while events.count < count, let event = try await iterator.next(isolation: #isolation) { events.append(event) }
        return events
    }
}
