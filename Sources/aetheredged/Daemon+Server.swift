import Brahma
import ControlAPI
import ControllerRuntime
import Glibc
import HostRuntime
import LinuxIO
import Logging
import Model
import ServiceLifecycle
import Store
import Systemd
import Vishnu

extension Daemon {
    /// The control API on the socket that systemd passed, or on one of our own.
    func server(_ activated: [ActivatedSocket]) throws -> any Service {
        let accounts = try AccountDatabase(of: RootDirectory(path: "/"))
        let authorizer = Authorizer(
            administratorUsers: paths.isHost ? [] : [geteuid()],
            administratorGroups: Self.groups(configuration.administrators, accounts),
            readerGroups: Self.groups(configuration.readers, accounts),
            administratorGroupNames: configuration.administrators,
            readerGroupNames: configuration.readers)
        let services = ControlServices(
            store: backend.shared, readers: [ResourceKind.descriptor.kind: ResourceProjection(resources)],
            actions: actions(),
            readiness: { [backend] in backend.outage()?.message },
            resourceCounts: { [environment, resources] in try await environment.worker.run { try resources.counts() } },
            publishBookmarks: backend.publishBookmarks,
            version: ["version": .string(ProductVersion.text), "platform": .string("linux/\(Self.architecture)")],
            userName: { id in do { return try accounts.userName(of: id) } catch { return nil } },
            groupName: { id in do { return try accounts.groupName(of: id) } catch { return nil } },
            tokens: try tokenAuthority(), revocations: try revocations(), now: systemWallTime)
        return try ControlServer(
            listeningOn: try socket(activated), services: services, authorizer: authorizer, metrics: metrics,
            logger: logger)
    }

    /// Makes and judges tokens with the key in the state directory; another key ends every token.
    private func tokenAuthority() throws -> TokenAuthority {
        let name = "token.key"
        let key = try SecretFile.readOrCreate(
            name, in: try DirectoryHandle(trustedPath: paths.state), limit: TokenAuthority.keyBytes + 1
        ) { TokenAuthority.randomKey() }
        guard key.count == TokenAuthority.keyBytes else {
            throw ConfigurationError(
                "'\(paths.state)/\(name)' is no key for tokens; remove it, and the next start makes another")
        }
        return TokenAuthority(key: key)
    }

    /// The tokens that were revoked, kept among the host's settings: the key that makes them is the host's too.
    private func revocations() throws -> TokenRevocations {
        let name = "tokens.revoked"
        let read: @Sendable () throws -> TokenRevocations.Ends = { [settings] in
            (try settings.value(name)?.objectValue ?? [:]).compactMapValues(\.integerValue)
        }
        return TokenRevocations(try read()) { [environment, settings] change in
            try await environment.worker.run {
                let next = try change(try read())
                try settings.set(name, to: .object(next.mapValues { .integer($0) }))
                return next
            }
        }
    }

    /// What the API asks, answered by the controllers.
    private func actions() -> ControlActions {
        let control = HostControl(reconciler: hostReconciler, queue: hostQueue, downloads: downloads)
        return ControlActions(
            summary: { [backend] in
                var summary = try await control.summary()
                if let outage = backend.outage() {
                    summary.errors.append(
                        ObjectError(
                            object: "Host/store", reason: Reason.storeUnavailable.rawValue, message: outage.message))
                }
                return summary
            },
            plan: { request in
                guard let directory = request.directory else { return try await control.plan() }
                return try await self.plan(directory, control)
            },
            reconcile: { try await control.reconcile($0, by: $1) },
            passProgress: { try control.progress(of: $0) },
            rollback: { try await control.rollback($0, by: $1) },
            history: { try await control.history() },
            facts: { [environment, facts] in try await environment.worker.run { facts.read() } },
            pause: { try await control.pause($0, $1, by: $2) },
            resume: { try await control.resume($0, by: $1) },
            decide: { try await control.decide($0, $1, by: $2) },
            adopt: { try await control.adopt($0) },
            diff: { try await control.diff($0) },
            why: { try await control.why($0) },
            versions: { try await control.versions($0) },
            content: { try await control.content($0, $1) },
            runPlan: { try await control.runPlan($0) },
            runLog: { try await control.runLog($0) },
            verifyAudit: { try await control.verifyAudit() },
            audit: { try await control.record($0) })
    }

    /// Plans a directory of the host instead of the source.
    ///
    /// Its content is kept until the next collection, for the diffs.
    private func plan(_ directory: String, _ control: HostControl<LinuxHost>) async throws -> PlanReport {
        let (denied, content, facts) = (denied, content, facts)
        let site = try await environment.worker.run {
            try SiteCompiler(denied: denied, sink: .store(content), facts: facts.read()).compile(directory: directory)
        }
        return try await control.plan(
            site.resources, withheld: site.withheld, commit: "directory:\(directory)", errors: site.diagnostics)
    }

    private func socket(_ activated: [ActivatedSocket]) throws -> FileDescriptor {
        if let passed = activated.first(where: { $0.name == "control" }) ?? activated.first {
            for other in activated where other != passed { close(other.descriptor) }
            return FileDescriptor(owning: passed.descriptor)
        }
        let (directory, name) = Self.split(paths.socket)
        let mode: UInt16 = paths.isHost ? 0o666 : 0o600
        return try listenUnixSocket(
            in: try DirectoryHandle(trustedPath: directory), name: name, mode: mode, backlog: 128)
    }

    private static func split(_ path: String) -> (directory: String, name: String) {
        (path.parentPath ?? ".", String(path.lastPathComponent))
    }

    private static func groups(_ names: [String], _ accounts: AccountDatabase) -> Set<UInt32> {
        Set(names.compactMap { name in do { return try accounts.groupID(named: name) } catch { return nil } })
    }

    private static var architecture: String {
        #if arch(x86_64)
            "amd64"
        #elseif arch(arm64)
            "arm64"
        #else
            "unknown"
        #endif
    }
}
