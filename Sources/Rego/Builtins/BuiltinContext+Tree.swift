extension BuiltinContext {
    /// Takes the memory that a value would need as text, where what is shared within it stands many times.
    ///
    /// A value made of few parts may be a text of any length: `y := [x, x]; z := [y, y]` and so on. The count ends with
    /// the limit, whatever the value.
    func charge(textOf value: RegoValue) throws(BuiltinError) {
        let limit = Swift.min(bytes, 1 << 31)
        var size = 0
        var pending: ContiguousArray<RegoValue> = [value]
        while let next = pending.popLast() {
            size += 8
            switch next {
            case .string(let string): size += string.utf8Count
            case .number(let number): size += number.isSmall ? 8 : number.text.utf8.count
            case .array(let array): pending.append(contentsOf: array.elements)
            case .set(let set): pending.append(contentsOf: set.unordered)
            case .object(let object):
                pending.append(contentsOf: object.unorderedKeys)
                pending.append(contentsOf: object.unorderedValues)
            default: break
            }
            if size > limit {
                throw BuiltinError(.halt(.memory), "the evaluation needs more memory than its limit allows")
            }
        }
        try spend(steps: size / 64 + 1)
        try charge(bytes: size)
    }
}
