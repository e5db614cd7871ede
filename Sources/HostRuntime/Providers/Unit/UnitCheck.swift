internal import Model

/// Finds declarations of a unit that this host cannot fulfil, and says what to do.
struct UnitCheck {
    let id: ResourceID
    let declared: UnitAttributes
    let state: UnitObservation

    func run() throws(HostError) {
        try checkMask()
        try checkExistence()
        try checkEnablement()
    }

    /// Whether the unit may go, because the file that brings it leaves the declaration.
    func checkRemoval() throws(HostError) {
        if declared.isActive == true || declared.isEnabled == true {
            throw HostError(
                .notFound,
                "cannot manage '\(id)': its own unit file left the declaration and nothing else brings the unit; "
                    + "declare its content again, or drop 'active' and 'enabled'")
        }
    }

    private func checkMask() throws(HostError) {
        if declared.isMasked == true {
            if declared.isActive == true {
                throw failure("it cannot be both masked and active; drop one of 'masked' and 'active'")
            }
            if declared.isEnabled == true {
                throw failure("it cannot be both masked and enabled; drop one of 'masked' and 'enabled'")
            }
            if declared.content != nil {
                throw failure(
                    "its own unit file stands where the mask would be; drop one of 'masked' and 'content'")
            }
        }
        let staysMasked = state.isMasked && declared.isMasked == nil && declared.content == nil
        if staysMasked, declared.isActive == true || declared.isEnabled == true {
            throw failure("it is masked; declare 'masked: false' to unmask it")
        }
        if state.unitFileState == "masked-runtime", declared.isActive == true || declared.isEnabled == true {
            throw failure("it is masked until the next boot; run 'systemctl unmask --runtime \(id.identity)'")
        }
    }

    private func checkExistence() throws(HostError) {
        guard state.loadState == "not-found", declared.content == nil else { return }
        if declared.isActive == true || declared.isEnabled == true || !declared.restartOn.isEmpty {
            throw HostError(
                .notFound,
                "cannot manage '\(id)': systemd knows no such unit; install what brings it, declare its "
                    + "content, or correct the name"
            )
        }
    }

    private func checkEnablement() throws(HostError) {
        guard declared.isEnabled == true, declared.content == nil, declared.dropIns.isEmpty else { return }
        switch state.unitFileState {
        case "static":
            throw failure(
                "it has no [Install] section, so it is started by what needs it and cannot be enabled; drop 'enabled'")
        case "generated":
            throw failure("a generator makes it at each boot, so it cannot be enabled; drop 'enabled'")
        case "transient":
            throw failure("it is transient, so it cannot be enabled; drop 'enabled'")
        case "alias":
            throw failure("it is an alias, which cannot be enabled; declare the unit that it stands for")
        default: break
        }
    }

    private func failure(_ reason: String) -> HostError {
        HostError(.unavailable, "cannot manage '\(id)': \(reason)")
    }
}
