import LinuxIO
import Model

extension DriftActor {
    /// The actor that the kernel named, or why none is named.
    ///
    /// Never a guess.
    init(_ attribution: ProcessAttribution) {
        switch attribution {
        case .process(let process, _) where process.isLoader:
            self.init(unknown: "the process had ended before it could be looked at, and only its loader was seen")
        case .process(let process, _):
            self.init(process, confidence: "observed")
        case .unknown(.noProcess):
            self.init(
                unknown:
                    "the event names no process: the kernel did it, or one in a namespace that is not seen from here")
        case .unknown(.ended):
            self.init(unknown: "the process had ended before it could be looked at, and its start was not seen")
        case .unknown(.undecided):
            self.init(
                unknown:
                    "the process had ended, and it was not seen whether it ran the program that it was about to start")
        case .unknown(.numberReused):
            self.init(unknown: "the process had ended, and its number may have gone to another one since")
        }
    }

    /// A process as an actor.
    init(_ process: ProcessInformation, confidence: String) {
        self.init()
        pid = process.pid
        comm = process.comm
        exe = process.executable
        commandLine = process.arguments.isEmpty ? nil : String(process.commandLine.prefix(1024))
        uid = process.uid
        loginUID = process.loginUID
        unit = process.unit
        session = process.session
        let known = process.ancestors.map { Ancestor(pid: $0.pid, comm: $0.comm, exe: $0.executable) }
        ancestors = known.isEmpty ? nil : known
        self.confidence = confidence
    }
}

extension ProcessInformation {
    /// Whether the executable is the dynamic loader, which programs open after themselves: never the name of an author.
    fileprivate var isLoader: Bool {
        guard let name = executable?.lastPathComponent else { return false }
        return name.hasPrefix("ld-linux") || name.hasPrefix("ld-musl") || name.hasPrefix("ld.so")
    }
}
