extension RegoModule {
    /// The module as `opa fmt` lays it out.
    ///
    /// What is given was parsed again: it has the same syntax tree and all comments, and formatting it changes nothing.
    public func formatted() throws(RegoError) -> String {
        // A body whose braces could be taken for something else keeps them all.
        for allowsInlineBodies in [true, false] {
            if let text = try settled(allowsInlineBodies: allowsInlineBodies) { return text }
        }
        throw RegoError(
            code: .internal, message: "the module cannot be formatted without changing what it says",
            location: source.location(package.span))
    }

    /// The text that formatting comes to; nil where it would say something else, or never comes to an end.
    private func settled(allowsInlineBodies: Bool) throws(RegoError) -> String? {
        var module = self
        var previous: String?
        // A comment that has to move may move once more from where it came to.
        for _ in 0..<6 {
            var formatter = ModuleFormatter(module, allowsInlineBodies: allowsInlineBodies)
            let text = formatter.format()
            guard !formatter.isTooDeep else {
                throw RegoError(
                    code: .limit, message: "the module goes too deep for the stack of this thread: nest it less",
                    location: source.location(package.span))
            }
            if text == previous { return text }
            guard let next = try? RegoModule(parsing: text, name: name, version: version), next.canonical == canonical,
                next.canonicalComments == canonicalComments
            else { return nil }
            module = next
            previous = text
        }
        return nil
    }

    /// The tree without what formatting may change: the sign of a definition, the order of imports and imports without
    /// effect.
    private var canonical: RegoValue {
        var copy = self
        for index in copy.rules.indices { copy.rules[index].head.isAssigned = true }
        copy.imports = imports.filter { !$0.isCovered(in: self) }.sorted {
            ($0.names + [$0.alias ?? ""]).lexicographicallyPrecedes($1.names + [$1.alias ?? ""])
        }
        return copy.value
    }

    private var canonicalComments: [String] {
        comments.map { comment in
            var text = comment.text[...]
            while text.last?.isWhitespace == true { text = text.dropLast() }
            return String(text)
        }.sorted()
    }
}
