import Model
import Store
import Synchronization

extension StepHand {
    /// Lets the steps of a batch take effect; those of files are independent, so that many work in parallel.
    ///
    /// After a failure the file steps that were not come to are undone like the others, by looking. For units there
    /// is nothing to see, so those are marked.
    func apply(_ batch: RunLayout.Batch, _ ledger: inout RunLedger) throws(StepStop) {
        guard batch.isFiles else { return try applyUnits(batch, &ledger) }
        let records = batch.steps.map { index in
            guard let record = ledger.records[index] else { preconditionFailure("step \(index) has no intent") }
            return record
        }
        let isMany = records.count >= configuration.parallelStepsMinimum
        let stops = Mutex<[Int: StepStop]>([:])
        worker.forEachParallel(
            count: records.count, chunk: isMany ? Self.pieceSize(of: records.count) : max(1, records.count)
        ) { range in
            let hand = isMany ? keepingDirectories : self
            for record in records[range] {
                if stops.withLock({ !$0.isEmpty }) { return }
                do throws(StepStop) {
                    try attempt(record.resource) { () throws(HostError) in try hand.takeEffect(record) }
                    try pass(.applied(step: record.index))
                } catch {
                    stops.withLock { $0[record.index] = error }
                }
            }
        }
        let found = stops.withLock { $0 }
        for (index, stop) in found { ledger.records[index]?.message = stop.message }
        if let first = found.keys.min(), let stop = found[first] { throw stop }
    }

    private func takeEffect(_ record: StepRecord) throws(HostError) {
        let name = temporaryName(record.index)
        switch record.operation {
        case .writeFile(let path, _, _), .makeSymlink(let path, _, _), .makeDirectory(let path, _):
            if case .absent = record.undo.before {
                try host.install(name, as: path, permit: permit())
            } else {
                _ = try host.exchange(name, with: path, permit: permit())
            }
        case .remove(let path):
            if case .absent = record.undo.before { return }
            try host.displace(path, to: name, permit: permit())
        case .setMetadata(let path, let metadata):
            try host.setMetadata(path, metadata, within: record.top, permit: permit())
        case .unit, .reloadUnitFiles:
            preconditionFailure("step \(record.index) is not of a file")
        }
    }

    /// Goes through the waves of a unit batch; the units of one wave work in parallel, the steps of one unit in order.
    private func applyUnits(_ batch: RunLayout.Batch, _ ledger: inout RunLedger) throws(StepStop) {
        for wave in batch.waves {
            let chains = chains(wave, ledger)
            let results = Mutex<[Int: ChainResult]>([:])
            worker.forEachParallel(count: chains.count, chunk: 1) { range in
                for position in range {
                    let result = carryOut(chains[position])
                    results.withLock { $0[position] = result }
                }
            }
            let found = results.withLock { $0 }
            var stop: StepStop?
            for position in chains.indices {
                guard let result = found[position] else { continue }
                for step in result.untouched { ledger.records[step]?.state = .failed }
                if let failed = result.failed { ledger.records[failed]?.message = result.stop?.message }
                if case .crash = result.stop { throw .crash }
                stop = stop ?? result.stop
            }
            guard let stop else { continue }
            for later in batch.steps where later >= wave.upperBound { ledger.records[later]?.state = .failed }
            throw stop
        }
    }

    /// The steps of a wave by unit.
    private func chains(_ wave: Range<Int>, _ ledger: RunLedger) -> [[StepRecord]] {
        var chains: [[StepRecord]] = []
        var last: Operation?
        for record in wave.compactMap({ ledger.records[$0] }) {
            if case .unit(let name, _) = record.operation, case .unit(name, _)? = last, !chains.isEmpty {
                chains[chains.count - 1].append(record)
            } else {
                chains.append([record])
            }
            last = record.operation
        }
        return chains
    }

    /// How far the steps of one unit came.
    private struct ChainResult: Sendable {
        var stop: StepStop?
        var failed: Int?
        var untouched: [Int] = []
    }

    private func carryOut(_ chain: [StepRecord]) -> ChainResult {
        for (position, record) in chain.enumerated() {
            do throws(StepStop) {
                try attempt(record.resource) { () throws(HostError) in try carryOut(record.operation) }
                try pass(.applied(step: record.index))
            } catch {
                let untouched = chain[(position + 1)...].map(\.index)
                return ChainResult(stop: error, failed: record.index, untouched: untouched)
            }
        }
        return ChainResult()
    }

    private func carryOut(_ operation: Operation) throws(HostError) {
        switch operation {
        case .unit(let name, let action):
            try host.perform(
                action, on: name, timeoutSeconds: configuration.unitTimeoutSeconds, permit: permit())
        case .reloadUnitFiles:
            try host.reloadUnitFiles(permit: permit())
        case .writeFile, .setMetadata, .remove, .makeDirectory, .makeSymlink:
            preconditionFailure("an operation on a file is not of a unit")
        }
    }
}

extension StepStop {
    /// What the journal keeps as the reason.
    var message: String {
        switch self {
        case .failure(let failure): failure.message
        case .crash: "stopped at a boundary"
        }
    }
}
