/// Where the declared state comes from.
///
/// There is one per host, `Source/default`, made from the configuration.
public enum SourceKind: Kind {
    /// The location to follow.
    public struct Spec: Codable, Sendable, Hashable {
        /// URL or path of a git repository; exactly one of `git` and `directory` is set.
        public var git: String?
        /// A plain directory.
        public var directory: String?
        /// Branch, tag or commit.
        public var ref: String?
        /// Directory within the source.
        public var path: String?
        /// Seconds between fetches.
        public var intervalSeconds: Int?
        /// Signature that commits must carry.
        public var verify: SignatureRequirement?
        /// Percentage of the managed resources that a commit may remove without approval.
        public var removalLimitPercent: Int?

        /// Makes an empty spec.
        public init() {}
    }

    /// Whose signatures are accepted.
    public struct SignatureRequirement: Codable, Sendable, Hashable {
        /// Path of an ssh `allowed_signers` file.
        public var allowedSigners: String?
        /// Path of a GnuPG home directory.
        public var gnupgHome: String?

        /// Makes a requirement.
        public init(allowedSigners: String? = nil, gnupgHome: String? = nil) {
            self.allowedSigners = allowedSigners
            self.gnupgHome = gnupgHome
        }
    }

    /// What became of it.
    public struct Status: Codable, Sendable, Hashable {
        /// The commit in force.
        public var commit: String?
        /// The generation in force.
        public var generation: Int64?
        /// What was fetched last.
        public var fetched: CommitDescription?
        /// When it was fetched.
        public var fetchTime: WallTime?
        /// A commit that failed its verification; it is not tried again.
        public var badCommit: String?
        /// Commits that a rollback holds back.
        public var held: HeldCommits?
        /// Set while reconciliation is paused.
        public var paused: Pause?
        /// Errors of the last compile, with positions.
        public var errors: [CompileDiagnostic]?
        /// The last value of the annotation `aetheredge.io/reconcile-requested` that was acted on.
        public var lastHandledReconcile: String?
        /// Ready, Reconciling, Stalled.
        public var conditions: [Condition]?
        /// The generation of `spec` that was acted on.
        public var observedGeneration: Int64?

        /// Makes an empty status.
        public init() {}
    }

    /// What a rollback holds back until `resume` or a newer commit.
    public struct HeldCommits: Codable, Sendable, Hashable {
        /// The generation that was gone back to.
        public var generation: Int64
        /// The newest commit that is held.
        public var until: String
        /// Who asked.
        public var by: String

        /// Makes a hold.
        public init(generation: Int64, until: String, by: String) {
            self.generation = generation
            self.until = until
            self.by = by
        }
    }

    /// Names and columns.
    public static let descriptor = KindDescriptor(
        kind: "Source", plural: "sources", singular: "source", shortNames: ["src"],
        columns: [
            PrinterColumn("READY", path: ["status", "conditions", "Ready", "status"]),
            PrinterColumn("COMMIT", path: ["status", "commit"]),
            PrinterColumn("REASON", path: ["status", "conditions", "Ready", "reason"]),
            PrinterColumn("MESSAGE", path: ["status", "conditions", "Ready", "message"], priority: 1),
        ],
        summary: "Source is the git repository or directory that declares the state of the host.")
}

/// Who wrote a commit, and when.
public struct CommitDescription: Codable, Sendable, Hashable {
    /// The commit.
    public var commit: String
    /// The author as `Name <address>`; empty for a directory.
    public var author: String
    /// The first line of the message; empty for a directory.
    public var subject: String
    /// The author's date.
    public var time: WallTime?

    /// Describes a commit.
    public init(commit: String, author: String = "", subject: String = "", time: WallTime? = nil) {
        self.commit = commit
        self.author = author
        self.subject = subject
        self.time = time
    }
}

/// An operator's hand on the brake.
public struct Pause: Codable, Sendable, Hashable {
    /// Who paused.
    public var by: String
    /// Since when.
    public var since: WallTime
    /// When it ends by itself; nil lasts until `resume`.
    public var until: WallTime?

    /// Makes a pause.
    public init(by: String, since: WallTime, until: WallTime? = nil) {
        self.by = by
        self.since = since
        self.until = until
    }
}

/// A finding of the blueprint compiler.
public struct CompileDiagnostic: Codable, Sendable, Hashable {
    /// Where.
    public var position: SourcePosition
    /// What is wrong, and what was probably meant.
    public var message: String

    /// Makes a finding.
    public init(position: SourcePosition, message: String) {
        self.position = position
        self.message = message
    }
}
