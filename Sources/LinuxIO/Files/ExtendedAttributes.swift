internal import CLinux
internal import Glibc

/// The extended attributes of a file by name: capabilities, labels and ACLs included.
public typealias ExtendedAttributes = [String: [UInt8]]

extension DirectoryHandle {
    /// All extended attributes of a name, of a symbolic link itself too; empty where the file system has none.
    ///
    /// Those that this process may not see (`trusted.*` without privilege) are not in the answer.
    public borrowing func extendedAttributes(of name: String) throws(LinuxIOError) -> ExtendedAttributes {
        let place = try attributePath(of: name)
        do throws(LinuxIOError) {
            return try AttributeReader.readAll(
                list: { cl_llistxattr(place, $0, $1) }, value: { cl_lgetxattr(place, $0, $1, $2) })
        } catch {
            throw located(error, name)
        }
    }

    /// Sets one extended attribute of a name, making it if absent.
    public borrowing func setExtendedAttribute(
        _ attribute: String, to value: [UInt8], of name: String
    ) throws(LinuxIOError) {
        let place = try attributePath(of: name)
        let result = value.withUnsafeBytes { cl_lsetxattr(place, attribute, $0.baseAddress, $0.count) }
        try checked(result, "lsetxattr", path(of: name))
    }

    /// Removes one extended attribute of a name; one that is not there is no error.
    public borrowing func removeExtendedAttribute(_ attribute: String, of name: String) throws(LinuxIOError) {
        let place = try attributePath(of: name)
        let result = cl_lremovexattr(place, attribute)
        if result == -Int(ENODATA) { return }
        try checked(result, "lremovexattr", path(of: name))
    }

    // A name reached through /proc/self/fd is relative to the open directory, and the l-calls do not follow it.
    private borrowing func attributePath(of name: String) throws(LinuxIOError) -> String {
        try requireValid(name, "lgetxattr")
        return "/proc/self/fd/\(rawValue)/\(name)"
    }
}

extension FileDescriptor {
    /// All extended attributes of the open file; empty where the file system has none.
    public borrowing func extendedAttributes() throws(LinuxIOError) -> ExtendedAttributes {
        let number = rawValue
        return try AttributeReader.readAll(
            list: { cl_flistxattr(number, $0, $1) }, value: { cl_fgetxattr(number, $0, $1, $2) })
    }

    /// Sets one extended attribute of the open file, making it if absent.
    public borrowing func setExtendedAttribute(_ attribute: String, to value: [UInt8]) throws(LinuxIOError) {
        let result = value.withUnsafeBytes { cl_fsetxattr(rawValue, attribute, $0.baseAddress, $0.count) }
        try checked(result, "fsetxattr", attribute)
    }

    /// Removes one extended attribute of the open file; one that is not there is no error.
    public borrowing func removeExtendedAttribute(_ attribute: String) throws(LinuxIOError) {
        let result = cl_fremovexattr(rawValue, attribute)
        if result == -Int(ENODATA) { return }
        try checked(result, "fremovexattr", attribute)
    }

    /// Gives one file the extended attributes of another, and removes those that the other lacks.
    ///
    /// Attributes that this process may not write, or that the file system does not keep, are returned by name instead
    /// of failing the copy; any other trouble throws.
    @discardableResult
    public static func copyExtendedAttributes(
        from source: borrowing FileDescriptor, to destination: borrowing FileDescriptor
    ) throws(LinuxIOError) -> [String] {
        let wanted = try source.extendedAttributes()
        let present = try destination.extendedAttributes()
        var refused: [String] = []
        for name in present.keys.sorted() where wanted[name] == nil {
            do throws(LinuxIOError) { try destination.removeExtendedAttribute(name) } catch  where Self.isRefusal(error)
            {
                refused.append(name)
            }
        }
        for (name, value) in wanted.sorted(by: { $0.key < $1.key }) where present[name] != value {
            do throws(LinuxIOError) { try destination.setExtendedAttribute(name, to: value) } catch
                where Self.isRefusal(error)
            {
                refused.append(name)
            }
        }
        return refused
    }

    private static func isRefusal(_ error: LinuxIOError) -> Bool {
        [.notPermitted, .access, .notSupported].contains(error.code)
    }
}

/// Reads attribute lists whose size may change between asking for it and reading.
enum AttributeReader {
    /// The kernel's own bound on a value and on a list of names.
    private static let sizeMaximum = 65_536

    static func readAll(
        list: (UnsafeMutablePointer<CChar>?, Int) -> Int,
        value: (UnsafePointer<CChar>?, UnsafeMutableRawPointer?, Int) -> Int
    ) throws(LinuxIOError) -> ExtendedAttributes {
        // Safety: both buffers are as long as the calls are told, and are not used beyond the count that they answer.
        var names = [CChar](repeating: 0, count: 1_024)
        var filled = names.withUnsafeMutableBufferPointer { list($0.baseAddress, $0.count) }
        if filled == -Int(ERANGE) {
            names = [CChar](repeating: 0, count: sizeMaximum)
            filled = names.withUnsafeMutableBufferPointer { list($0.baseAddress, $0.count) }
        }
        if filled == -Int(EOPNOTSUPP) || filled == 0 { return [:] }
        try checked(filled, "listxattr")
        var attributes: ExtendedAttributes = [:]
        for part in names[..<filled].split(separator: 0) {
            let name = String(decoding: part.lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            var bytes = [UInt8](repeating: 0, count: 256)
            var length = bytes.withUnsafeMutableBytes { value(Array(part) + [0], $0.baseAddress, $0.count) }
            if length == -Int(ERANGE) {
                bytes = [UInt8](repeating: 0, count: sizeMaximum)
                length = bytes.withUnsafeMutableBytes { value(Array(part) + [0], $0.baseAddress, $0.count) }
            }
            // Removed meanwhile, or listed but not readable for this process.
            if length == -Int(ENODATA) || length == -Int(EPERM) || length == -Int(EACCES) { continue }
            try checked(length, "getxattr", name)
            attributes[name] = Array(bytes[..<length])
        }
        return attributes
    }
}
