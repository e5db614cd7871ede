extension String {
    /// The text as messages quote it: control characters escaped, so that a message stays one line, and cut after 80
    /// characters.
    var shownInMessage: String {
        var shown = ""
        var count = 0
        for scalar in unicodeScalars {
            guard count < 80 else { return shown + "…" }
            count += 1
            if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
                shown += scalar.escaped(asASCII: true)
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
