import Model

extension DeclaredResource: CompactEncodable {
    func write(to writer: CompactWriter) throws {
        try writer.object {
            writer.write(.id, id)
            try writer.write(.attributes, own: attributes)
            writer.write(.blueprint, blueprint)
            writer.write(.mode, mode.rawValue)
            try writer.write(.position, own: position)
            writer.write(.onDrift, onDrift.rawValue)
            writer.write(.isProtected, isProtected)
            writer.write(.prune, prune)
            writer.write(.verify)
            try writer.array(verify) { try writer.write(value: $0) }
            try writer.write(.labels, value: labels)
            writer.write(.dependencies)
            writer.array(dependencies) { writer.write($0) }
        }
    }
}

extension ResourceAttributes: CompactEncodable {
    func write(to writer: CompactWriter) throws {
        guard case .file(let file) = self else { return try writer.write(value: self) }
        try writer.object { try writer.write(.file, own: file) }
    }
}

extension FileAttributes: CompactEncodable {
    func write(to writer: CompactWriter) throws {
        try writer.object {
            if let content { try writer.write(.content, own: content) }
            writer.write(.owner, owner)
            writer.write(.group, group)
            if let mode { writer.write(.mode, FileMode(rawValue: mode).description) }
            if isAbsent { writer.write(.isAbsent, true) }
        }
    }
}

extension DeclaredContent: CompactEncodable {
    func write(to writer: CompactWriter) {
        writer.object {
            writer.write(.digest, digest)
            writer.write(.size, size)
        }
    }
}

extension SourcePosition: CompactEncodable {
    func write(to writer: CompactWriter) {
        writer.object {
            writer.write(.file, file)
            writer.write(.line, Int64(line))
            writer.write(.column, Int64(column))
        }
    }
}

extension Plan: CompactEncodable {
    func write(to writer: CompactWriter) throws {
        try writer.object {
            writer.write(.cause, cause.rawValue)
            writer.write(.commit, commit)
            writer.write(.changes)
            try writer.array(changes) { try $0.write(to: writer) }
            writer.write(name: "gate")
            try writer.write(value: gate)
        }
    }
}

extension Change: CompactEncodable {
    func write(to writer: CompactWriter) throws {
        try writer.object {
            writer.write(.resource, resource)
            writer.write(.action, action.rawValue)
            writer.write(.fields)
            writer.array(fields) { $0.write(to: writer) }
            writer.write(.contentDiff, contentDiff)
            writer.write(.before, before)
            writer.write(.after, after)
            writer.write(.undo, undo.rawValue)
            writer.write(.risk, risk.rawValue)
            writer.write(.operations)
            try writer.array(operations) { try $0.write(to: writer) }
            writer.write(.dependencies)
            writer.array(dependencies) { writer.write($0) }
            writer.write(.cause, cause?.rawValue)
            if let actor { try writer.write(.actor, value: actor) }
        }
    }
}

extension FieldDifference: CompactEncodable {
    func write(to writer: CompactWriter) {
        writer.object {
            writer.write(.field, field)
            writer.write(.observed, observed)
            writer.write(.declared, declared)
        }
    }
}

extension Operation: CompactEncodable {
    func write(to writer: CompactWriter) throws {
        guard case .writeFile(let path, let content, let metadata) = self else { return try writer.write(value: self) }
        try writer.object {
            writer.write(.writeFile)
            try writer.object {
                writer.write(.path, path)
                try writer.write(.content, own: content)
                try writer.write(.metadata, own: metadata)
            }
        }
    }
}

extension FileMetadata: CompactEncodable {
    func write(to writer: CompactWriter) {
        writer.object {
            writer.write(.owner, owner)
            writer.write(.group, group)
            writer.write(.mode, mode.map(UInt32.init))
        }
    }
}

extension StepRecord: CompactEncodable {
    func write(to writer: CompactWriter) throws {
        try writer.object {
            writer.write(.index, Int64(index))
            writer.write(.resource, resource)
            try writer.write(.operation, own: operation)
            try writer.write(.undo, own: undo)
            writer.write(.state, state.rawValue)
            writer.write(.message, message)
        }
    }
}

extension UndoRecord: CompactEncodable {
    func write(to writer: CompactWriter) throws {
        try writer.object {
            writer.write(.temporaryName, temporaryName)
            try writer.write(.before, own: before)
        }
    }
}

extension StateBefore: CompactEncodable {
    func write(to writer: CompactWriter) throws {
        guard case .absent = self else { return try writer.write(value: self) }
        writer.object {
            writer.write(.isAbsent)
            writer.object {}
        }
    }
}
