extension Generator {
    /// The value of a term whose variables are all bound.
    func value(_ term: LoweredTerm, _ bound: RegisterSet) -> Evaluation {
        switch term {
        case .constant(let value):
            return { _ in value }
        case .variable(let register):
            if let inlined = inlined[register] { return value(inlined, bound) }
            return { $0.frame[register] }
        case .ref(let ref):
            return reference(ref, bound)
        case .call(let call):
            return self.call(call, bound)
        case .array(let terms):
            let parts = terms.map { value($0, bound) }
            return { machine in
                var array = ContiguousArray<RegoValue>()
                array.reserveCapacity(parts.count)
                for part in parts {
                    guard let value = try part(machine) else { return nil }
                    array.append(value)
                }
                return .array(RegoArray(array))
            }
        case .set(let terms):
            let parts = terms.map { value($0, bound) }
            return { machine in
                var set = RegoSet(reservingCapacity: parts.count)
                for part in parts {
                    guard let value = try part(machine) else { return nil }
                    set.insert(value)
                }
                return .set(set)
            }
        case .object(let items):
            return object(items, bound)
        case .comprehension(let comprehension):
            return self.comprehension(comprehension, bound)
        case .template(let parts):
            return template(parts, bound)
        }
    }

    private func object(_ items: [LoweredItem], _ bound: RegisterSet) -> Evaluation {
        let parts = items.map { (value($0.key, bound), value($0.value, bound)) }
        return { machine in
            var object = RegoObject(reservingCapacity: parts.count)
            for (key, value) in parts {
                guard let key = try key(machine), let value = try value(machine) else { return nil }
                object.insert(key, value)
            }
            return .object(object)
        }
    }

    // MARK: Comprehensions

    private func comprehension(_ term: LoweredComprehension, _ bound: RegisterSet) -> Evaluation {
        isCostly = true
        switch term.kind {
        case .array:
            let run = nested(term.body, bound) { bound in
                let value = self.value(term.value, bound)
                return { machine in
                    guard let found = try value(machine) else { return false }
                    try machine.charge(bytes: 16)
                    machine.array.append(found)
                    return false
                }
            }
            return { machine in
                let saved = machine.array
                machine.array = []
                _ = try run(machine)
                let result = machine.array
                machine.array = saved
                return .array(RegoArray(result))
            }
        case .set:
            let run = nested(term.body, bound) { bound in
                let value = self.value(term.value, bound)
                return { machine in
                    guard let found = try value(machine) else { return false }
                    if machine.set.insert(found) { try machine.charge(bytes: 48) }
                    return false
                }
            }
            return { machine in
                let saved = machine.set
                machine.set = RegoSet()
                _ = try run(machine)
                let result = machine.set
                machine.set = saved
                return .set(result)
            }
        case .object:
            return objectComprehension(term, bound)
        }
    }

    private func objectComprehension(_ term: LoweredComprehension, _ bound: RegisterSet) -> Evaluation {
        guard let keyTerm = term.key else { return { _ in nil } }
        let site = site(term.body.first?.span ?? .none)
        let run = nested(term.body, bound) { bound in
            let key = self.value(keyTerm, bound)
            let value = self.value(term.value, bound)
            return { machine in
                guard let foundKey = try key(machine), let found = try value(machine) else { return false }
                if let known = machine.object[foundKey] {
                    if known != found {
                        throw RegoError(
                            code: .conflict, message: "object keys must be unique", location: site.location)
                    }
                } else {
                    try machine.charge(bytes: 64)
                    machine.object.insert(foundKey, found)
                }
                return false
            }
        }
        return { machine in
            let saved = machine.object
            machine.object = RegoObject()
            _ = try run(machine)
            let result = machine.object
            machine.object = saved
            return .object(result)
        }
    }

    // MARK: Interpolated strings

    /// A piece of an interpolated string or of `print`: nil when it is undefined.
    func part(_ part: LoweredPart, _ bound: RegisterSet) -> Evaluation {
        switch part {
        case .text(let text):
            return { _ in .string(text) }
        case .value(let term, let goals):
            let site = site(goals.last?.span ?? .none)
            let run = nested(goals, bound) { bound in
                let value = self.value(term, bound)
                return { machine in
                    guard let found = try value(machine) else { return false }
                    if let first = machine.array.first {
                        guard first == found else {
                            throw RegoError(
                                code: .conflict, message: "template-strings must not produce multiple outputs",
                                location: site.location)
                        }
                    } else {
                        machine.array.append(found)
                    }
                    return false
                }
            }
            return { machine in
                let saved = machine.array
                machine.array = []
                _ = try run(machine)
                let result = machine.array.first
                machine.array = saved
                return result
            }
        }
    }

    private func template(_ parts: [LoweredPart], _ bound: RegisterSet) -> Evaluation {
        let pieces = parts.map { self.part($0, bound) }
        return { machine in
            var bytes: [UInt8] = []
            for piece in pieces {
                switch try piece(machine) {
                case .string(let string)?: bytes += string.utf8
                case let value?: bytes += Array(value.description.utf8)
                case nil: bytes += Array("<undefined>".utf8)
                }
            }
            try machine.charge(bytes: bytes.count)
            return .string(RegoString(utf8: bytes))
        }
    }
}
