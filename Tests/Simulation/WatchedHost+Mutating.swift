package import HostRuntime
package import LinuxIO
package import Model
package import Store

extension WatchedHost: HostMutating {
    /// What is watched opens no directories.
    package func keepingDirectories() -> Self { self }

    package func prepareFile(
        _ temporaryName: String, beside path: String, metadata: FileMetadata, size: Int64,
        content: (_ write: ([UInt8]) throws(HostError) -> Void) throws(HostError) -> Void,
        permit: borrowing MutationPermit
    ) throws(HostError) -> FileIdentity {
        let place = World.beside(path, temporaryName)
        try world.before(.prepare, place, run: permit.run)
        world.notePrepared(place)
        let identity = try base.prepareFile(
            temporaryName, beside: path, metadata: metadata, size: size, content: content, permit: permit)
        try world.after(.prepare, place)
        return identity
    }

    package func prepareSymlink(
        _ temporaryName: String, beside path: String, target: String, metadata: FileMetadata,
        permit: borrowing MutationPermit
    ) throws(HostError) {
        let place = World.beside(path, temporaryName)
        try world.before(.prepare, place, run: permit.run)
        world.notePrepared(place)
        try base.prepareSymlink(temporaryName, beside: path, target: target, metadata: metadata, permit: permit)
        try world.after(.prepare, place)
    }

    package func exchange(
        _ temporaryName: String, with path: String, permit: borrowing MutationPermit
    ) throws(HostError) -> FileStatus {
        try world.before(.exchange, path, run: permit.run)
        world.noteMoved(to: temporaryName, beside: path)
        let status = try base.exchange(temporaryName, with: path, permit: permit)
        try world.after(.exchange, path)
        return status
    }

    package func install(
        _ temporaryName: String, as path: String, permit: borrowing MutationPermit
    ) throws(HostError) {
        try world.before(.install, path, run: permit.run)
        world.noteMoved(to: temporaryName, beside: path)
        try base.install(temporaryName, as: path, permit: permit)
        try world.after(.install, path)
    }

    package func displace(
        _ path: String, to temporaryName: String, permit: borrowing MutationPermit
    ) throws(HostError) {
        try world.before(.displace, path, run: permit.run)
        world.noteMoved(to: temporaryName, beside: path)
        try base.displace(path, to: temporaryName, permit: permit)
        try world.after(.displace, path)
    }

    package func discard(
        _ temporaryName: String, beside path: String, permit: borrowing MutationPermit
    ) throws(HostError) {
        let place = World.beside(path, temporaryName)
        try world.before(.discard, place, run: permit.run)
        try base.discard(temporaryName, beside: path, permit: permit)
        try world.after(.discard, place)
    }

    package func makeDirectory(
        _ path: String, metadata: FileMetadata, permit: borrowing MutationPermit
    ) throws(HostError) {
        try world.before(.makeDirectory, path, run: permit.run)
        try base.makeDirectory(path, metadata: metadata, permit: permit)
        try world.after(.makeDirectory, path)
    }

    package func removeDirectory(_ path: String, permit: borrowing MutationPermit) throws(HostError) {
        try world.before(.removeDirectory, path, run: permit.run)
        try base.removeDirectory(path, permit: permit)
        try world.after(.removeDirectory, path)
    }

    package func makeSpecial(
        _ path: String, node: SpecialNode, metadata: FileMetadata, permit: borrowing MutationPermit
    ) throws(HostError) {
        try world.before(.makeSpecial, path, run: permit.run)
        try base.makeSpecial(path, node: node, metadata: metadata, permit: permit)
        try world.after(.makeSpecial, path)
    }

    package func setMetadata(
        _ path: String, _ metadata: FileMetadata, within top: String?, permit: borrowing MutationPermit
    ) throws(HostError) {
        try world.before(.setMetadata, path, run: permit.run)
        try base.setMetadata(path, metadata, within: top, permit: permit)
        try world.after(.setMetadata, path)
    }

    package func setExtendedAttributes(
        _ path: String, _ attributes: [ExtendedAttribute], within top: String?, permit: borrowing MutationPermit
    ) throws(HostError) {
        try world.before(.setAttributes, path, run: permit.run)
        try base.setExtendedAttributes(path, attributes, within: top, permit: permit)
        try world.after(.setAttributes, path)
    }

    package func sync(
        files: [String], directories: [String], permit: borrowing MutationPermit
    ) throws(HostError) {
        let paths = (files + directories).joined(separator: ",")
        try world.before(.sync, paths, run: permit.run)
        try base.sync(files: files, directories: directories, permit: permit)
        try world.after(.sync, paths)
    }

    package func syncFileSystems(of directories: [String], permit: borrowing MutationPermit) throws(HostError) {
        let paths = directories.joined(separator: ",")
        try world.before(.sync, paths, run: permit.run)
        try base.syncFileSystems(of: directories, permit: permit)
        try world.after(.sync, paths)
    }

    package func perform(
        _ action: UnitAction, on unit: String, timeoutSeconds: Int, permit: borrowing MutationPermit
    ) throws(HostError) {
        try world.before(.perform, unit, run: permit.run)
        try base.perform(action, on: unit, timeoutSeconds: timeoutSeconds, permit: permit)
        try world.after(.perform, unit)
    }

    package func reloadUnitFiles(permit: borrowing MutationPermit) throws(HostError) {
        try world.before(.reloadUnits, "", run: permit.run)
        try base.reloadUnitFiles(permit: permit)
        try world.after(.reloadUnits, "")
    }

    package func run(
        _ arguments: [String], name: String, timeoutSeconds: Int, permit: borrowing MutationPermit
    ) throws(HostError) -> CommandResult {
        let command = arguments.joined(separator: " ")
        try world.before(.command, command, run: permit.run)
        let result = try base.run(arguments, name: name, timeoutSeconds: timeoutSeconds, permit: permit)
        try world.after(.command, command)
        return result
    }
}
