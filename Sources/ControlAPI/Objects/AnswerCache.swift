internal import Model
internal import Store
internal import Synchronization

/// The bytes of objects that were asked for lately: while nothing changes in the store, asking again costs no read.
final class AnswerCache: Sendable {
    private struct State {
        var marks: [KindName: ReadMark] = [:]
        var answers: [Asked: [UInt8]] = [:]
        var size = 0
    }

    /// What was asked for: the name as the client writes it, which need not be taken apart again.
    private struct Asked: Hashable {
        let kind: KindName
        let name: String
    }

    private let sizeMaximum = 1 << 20
    private let state = Mutex(State())

    /// The bytes of an object as they are at a mark.
    func bytes(of kind: KindName, named name: String, at mark: ReadMark) -> [UInt8]? {
        state.withLock { $0.marks[kind] == mark ? $0.answers[Asked(kind: kind, name: name)] : nil }
    }

    /// Keeps the bytes of an object that was read after the mark was.
    func keep(_ bytes: [UInt8], of kind: KindName, named name: String, at mark: ReadMark) {
        state.withLock { state in
            if state.marks[kind] != mark || state.size + bytes.count > sizeMaximum {
                state = State()
            }
            state.marks[kind] = mark
            guard state.answers.updateValue(bytes, forKey: Asked(kind: kind, name: name)) == nil else { return }
            state.size += bytes.count
        }
    }
}
