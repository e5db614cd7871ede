/// Colours for a terminal, or none.
struct Style: Sendable {
    /// Whether anything is coloured.
    let isColored: Bool

    static let plain = Style(isColored: false)

    func bold(_ text: String) -> String { wrap(text, "1") }
    func dim(_ text: String) -> String { wrap(text, "2") }
    func red(_ text: String) -> String { wrap(text, "31") }
    func green(_ text: String) -> String { wrap(text, "32") }
    func yellow(_ text: String) -> String { wrap(text, "33") }
    func cyan(_ text: String) -> String { wrap(text, "36") }

    /// A word that says how something is, in the colour of its meaning.
    func state(_ word: String) -> String {
        switch word {
        case "InSync", "Succeeded", "NothingToDo", "True", "Approved", "good", "done", "low": green(word)
        case "Drifted", "Pending", "WaitingForApproval", "Running", "RollingBack", "Unknown", "Warning", "candidate",
            "DifferencesLeft", "Paused", "PlanChanged", "undone", "medium":
            yellow(word)
        case "Failed", "RolledBack", "Denied", "False", "bad", "failed", "high": red(word)
        case "Ignored", "Superseded", "superseded": dim(word)
        default: word
        }
    }

    private func wrap(_ text: String, _ code: String) -> String {
        isColored && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
