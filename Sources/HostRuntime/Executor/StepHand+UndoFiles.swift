import LinuxIO
import Model
import Store

/// How a file step is taken back, as observation says.
private enum UndoMove {
    /// The path is as it was; only temporaries may be left.
    case settled
    /// The temporary name holds what was displaced: it goes back.
    case swapBack
    /// The temporary name holds what never took effect: it goes.
    case dropPrepared
    /// Nothing was there before: what is there goes.
    case removeNew
    /// What was displaced is discarded already: it is built again from the undo record.
    case rebuild
    /// Owner, group, mode and attributes go back.
    case restoreMetadata
}

extension StepHand {
    /// Takes back the file steps of one batch.
    ///
    /// What must be built again is built and synced for all of them first.
    func undoFiles(_ group: [StepRecord], _ failures: inout [UndoFailure]) throws(StepStop) {
        var moves: [(StepRecord, UndoMove)] = []
        var built: [StepRecord] = []
        for record in group {
            try noting(record, &failures) { () throws(StepStop) in
                let move = try move(for: record)
                if move == .rebuild {
                    try build(record)
                    built.append(record)
                }
                moves.append((record, move))
            }
        }
        if let first = built.first {
            let isSynced = try noting(first, &failures) { () throws(StepStop) in try syncBuilt(built) }
            if !isSynced { moves.removeAll { $0.1 == .rebuild } }
        }
        for (record, move) in moves {
            try noting(record, &failures) { () throws(StepStop) in
                try carryOut(move, record)
                try pass(.undone(step: record.index))
            }
        }
        guard let first = group.first else { return }
        try noting(first, &failures) { () throws(StepStop) in try syncNames(group) }
    }

    private func move(for record: StepRecord) throws(StepStop) -> UndoMove {
        guard let path = record.operation.path else { return .settled }
        if case .none = record.undo.before { return .settled }
        if case .metadata = record.undo.before { return .restoreMetadata }
        try dropUndoName(record, path)
        if try matches(path, record.undo.before, record.resource) { return .settled }
        let place = ExecutorPath.beside(path, temporaryName(record.index))
        if let status = try status(place, record.resource) {
            let isNew = try isPrepared(status, place, record)
            return isNew ? .dropPrepared : .swapBack
        }
        if case .absent = record.undo.before { return .removeNew }
        return .rebuild
    }

    private func carryOut(_ move: UndoMove, _ record: StepRecord) throws(StepStop) {
        guard let path = record.operation.path else { return }
        let temporary = temporaryName(record.index)
        switch move {
        case .settled, .dropPrepared:
            try discardKeeping(record, temporary, path)
        case .swapBack:
            try putBack(temporary, path, record)
            try discardKeeping(record, temporary, path)
        case .removeNew:
            try removeNew(record, path)
        case .rebuild:
            try putBack(undoName(record.index), path, record)
            try discardKeeping(record, undoName(record.index), path)
        case .restoreMetadata:
            guard case .metadata(let metadata, let attributes) = record.undo.before else { return }
            try attempt(record.resource) { () throws(HostError) in
                try restore(metadata, attributes, at: path, within: record.top)
            }
        }
    }

    /// Whether the temporary name holds what the step prepared, so that the step never took effect.
    ///
    /// What was displaced is known by its inode, else by not being what the step makes.
    private func isPrepared(
        _ status: FileStatus, _ place: String, _ record: StepRecord
    ) throws(StepStop) -> Bool {
        if case .absent = record.undo.before { return true }
        if case .file(let file) = record.undo.before, file.identity.device == status.device,
            file.identity.inode == status.inode
        {
            return false
        }
        switch record.operation {
        case .writeFile(_, let content, _):
            guard status.type == .regular, status.size == content.size else { return false }
            return try attempt(record.resource) { () throws(HostError) in
                if status.hasOtherNames, try host.isForeignLink(place) { return false }
                return try host.digest(of: place).0 == content.digest
            }
        case .makeSymlink(_, let target, _):
            guard status.type == .symbolicLink else { return false }
            return try attempt(record.resource) { () throws(HostError) in try host.linkTarget(of: place) == target }
        case .makeDirectory:
            return status.type == .directory
        case .remove, .setMetadata, .unit, .reloadUnitFiles:
            return false
        }
    }

    /// Puts what lies under a name beside the path back to the path.
    private func putBack(_ name: String, _ path: String, _ record: StepRecord) throws(StepStop) {
        let isThere = try status(path, record.resource) != nil
        try attempt(record.resource) { () throws(HostError) in
            if isThere {
                _ = try host.exchange(name, with: path, permit: permit())
            } else {
                try host.install(name, as: path, permit: permit())
            }
        }
    }

    /// Removes what the step made where nothing was.
    private func removeNew(_ record: StepRecord, _ path: String) throws(StepStop) {
        if case .makeDirectory = record.operation, try status(path, record.resource)?.type == .directory {
            // What others put into the directory is theirs.
            return try attempt(record.resource) { () throws(HostError) in
                try host.removeDirectory(path, permit: permit())
            }
        }
        let name = undoName(record.index)
        try attempt(record.resource) { () throws(HostError) in
            try host.displace(path, to: name, permit: permit())
        }
        try discardKeeping(record, name, path)
    }

    /// What a stopped undo left under its name is either a half-built old state or what it displaced; a directory
    /// that was being taken apart is of no use any more.
    private func dropUndoName(_ record: StepRecord, _ path: String) throws(StepStop) {
        try attempt(record.resource) { () throws(HostError) in
            try host.discard(wasteName(record.index), beside: path, permit: permit())
        }
        try discardKeeping(record, undoName(record.index), path)
    }

    /// Discards what lies under a name beside the path; what others wrote is kept first.
    func discardKeeping(_ record: StepRecord, _ name: String, _ path: String) throws(StepStop) {
        let place = ExecutorPath.beside(path, name)
        guard try status(place, record.resource) != nil else { return }
        let found = try keepForeign(record, at: place, isNewKnown: true, trustsTimes: false)
        if !found.versions.isEmpty {
            try store { () throws(StoreError) in
                try journal.recordIntents(run: run.name, steps: [], retaining: found.versions)
            }
        }
        try discard(record, name, path, isDirectory: found.isDirectory)
    }

    func status(_ path: String, _ resource: ResourceID) throws(StepStop) -> FileStatus? {
        try attempt(resource) { () throws(HostError) in try host.status(of: path) }
    }
}
