import Model

extension Script: CustomStringConvertible {
    /// The script as Swift source.
    package var description: String {
        var lines = ["Script(", "    seed: \(seed),"]
        if !before.isEmpty { lines.append("    before: [\(before.map(\.description).joined(separator: ", "))],") }
        lines.append("    steps: [")
        lines += steps.map { "        \($0)," }
        lines.append("    ])")
        return lines.joined(separator: "\n")
    }

    /// The script as a test that is ready to be added to the tests of the simulation.
    package var test: String {
        let body = description.split(separator: "\n").enumerated().map { index, line in
            index == 0 ? String(line) : "        " + line
        }
        return """
            @Test func `seed \(seed)`() async throws {
                let script = \(body.joined(separator: "\n"))
                #expect(try await World.play(script).violation == nil)
            }
            """
    }
}

extension Step: CustomStringConvertible {
    /// The step as Swift source.
    package var description: String {
        switch self {
        case .commit(let pieces):
            ".commit([" + pieces.map { "\n            \($0)" }.joined(separator: ",") + "\n        ])"
        case .pass(let events): ".pass(\(Self.list(events)))"
        case .repair(let events): ".repair(\(Self.list(events)))"
        case .kill(let events): ".kill(\(Self.list(events)))"
        case .cutPower(let events): ".cutPower(\(Self.list(events)))"
        case .outside(let act): ".outside(\(act))"
        case .hint(let name): ".hint(\"\(name)\")"
        case .answer(let isYes): ".answer(\(isYes))"
        case .pause(let scope): ".pause(\(scope))"
        case .resume(let scope): ".resume(\(scope))"
        case .rollback: ".rollback"
        case .wait(let seconds): ".wait(seconds: \(seconds))"
        case .jump(let seconds): ".jump(seconds: \(seconds))"
        }
    }

    private static func list(_ events: [Event]) -> String {
        events.isEmpty ? "" : "[\(events.map(\.description).joined(separator: ", "))]"
    }
}

extension Scope: CustomStringConvertible {
    /// The scope as Swift source.
    package var description: String {
        switch self {
        case .everything: ".everything"
        case .blueprint(let mode): ".blueprint(.\(mode.rawValue))"
        case .resource(let name): ".resource(\"\(name)\")"
        }
    }
}

extension Event: CustomStringConvertible {
    /// The event as Swift source.
    package var description: String { "Event(\(at), \(what))" }
}

extension Event.What: CustomStringConvertible {
    /// What happens as Swift source.
    package var description: String {
        switch self {
        case .fail(let failure, let times): ".fail(.\(failure.rawValue)\(times == 1 ? "" : ", times: \(times)"))"
        case .failAfter(let failure): ".failAfter(.\(failure.rawValue))"
        case .failAudit(let times): ".failAudit(\(times == 1 ? "" : "times: \(times)"))"
        case .failAuditAfter: ".failAuditAfter"
        case .slow(let seconds): ".slow(seconds: \(seconds))"
        case .kill: ".kill"
        case .killInside(let point): ".killInside(\(point))"
        case .cutPower: ".cutPower"
        case .cutPowerInside(let point): ".cutPowerInside(\(point))"
        case .outside(let act): ".outside(\(act))"
        case .hint(let name): ".hint(\"\(name)\")"
        case .interrupt: ".interrupt"
        case .jump(let seconds): ".jump(seconds: \(seconds))"
        }
    }
}

extension Act: CustomStringConvertible {
    /// The act as Swift source.
    package var description: String {
        switch self {
        case .write(let path, let text): ".write(\"\(path)\", \(text))"
        case .replace(let path, let text): ".replace(\"\(path)\", \(text))"
        case .remove(let path): ".remove(\"\(path)\")"
        case .makeDirectory(let path): ".makeDirectory(\"\(path)\")"
        case .link(let path, let target): ".link(\"\(path)\", to: \"\(target)\")"
        case .setMode(let path, let mode): ".setMode(\"\(path)\", 0o\(String(mode, radix: 8)))"
        case .setOwner(let path, let owner): ".setOwner(\"\(path)\", \(owner))"
        case .start(let unit): ".start(\"\(unit)\")"
        case .stop(let unit): ".stop(\"\(unit)\")"
        case .fail(let unit): ".fail(\"\(unit)\")"
        case .disable(let unit): ".disable(\"\(unit)\")"
        }
    }
}

extension Piece: CustomStringConvertible {
    /// The declaration as Swift source.
    package var description: String {
        var parts = [".\(type.rawValue)", "\"\(name)\""]
        if let text { parts.append("text: \(text)") }
        if let mode { parts.append("mode: 0o\(String(mode, radix: 8))") }
        if let owner { parts.append("owner: \"\(owner)\"") }
        if isAbsent { parts.append("isAbsent: true") }
        if purges { parts.append("purges: true") }
        if let isActive { parts.append("isActive: \(isActive)") }
        if let isEnabled { parts.append("isEnabled: \(isEnabled)") }
        if !restartOn.isEmpty { parts.append("restartOn: \(restartOn)") }
        if blueprint != .enforce { parts.append("blueprint: .\(blueprint.rawValue)") }
        if onDrift != .repair { parts.append("onDrift: .\(onDrift.rawValue)") }
        if isProtected { parts.append("isProtected: true") }
        if prune { parts.append("prune: true") }
        if failsProbe { parts.append("failsProbe: true") }
        return "Piece(\(parts.joined(separator: ", ")))"
    }
}
