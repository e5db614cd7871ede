// swift-tools-version: 6.2
import Foundation
import PackageDescription

// Targets stand bottom-up, as in Docs/Architecture.md: a target may depend only on targets above it in this list.
// CI checks it with --explicit-target-dependency-import-check error.

let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let bigInt = Target.Dependency.product(name: "BigInt", package: "BigInt")
let collections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "AetherEdge",
    products: [
        .executable(name: "aetheredged", targets: ["aetheredged"]),
        .executable(name: "aetherctl", targets: ["aetherctl"]),
        .library(name: "Rego", targets: ["Rego"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: [
        // System: C libraries, each with one importer.
        // libcurl and libpq are loaded by the first that needs them: they bring forty libraries to every start.
        .target(name: "CLoader", linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CCurl", dependencies: ["CLoader"]),
        .target(name: "CPostgres", dependencies: ["CLoader"]),
        .systemLibrary(name: "CSystemd", path: "Sources/CSystemd", pkgConfig: "libsystemd"),
        .systemLibrary(name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib"),
        .target(name: "CLinux"),
        .target(name: "LinuxIO", dependencies: ["CLinux"]),
        .target(name: "Systemd", dependencies: ["CSystemd", "LinuxIO"]),
        .target(name: "HTTPTransport", dependencies: ["CCurl"]),
        .target(name: "Postgres", dependencies: ["CPostgres", "LinuxIO"]),

        // Rego: the policy language, a library of its own.
        .target(name: "Rego", dependencies: [asn1, bigInt, crypto, cryptoExtras, x509, yams]),

        .target(name: "PolicyTool", dependencies: ["LinuxIO", "Rego", crypto, cryptoExtras]),

        // Model: values only.
        .target(name: "Model", dependencies: [collections, crypto, yams]),

        // Store.
        .target(name: "Store", dependencies: ["CZlib", "LinuxIO", "Model", "Postgres", crypto, grdb, grdbSQLite]),

        // Host.
        .target(
            name: "HostRuntime",
            dependencies: ["HTTPTransport", "LinuxIO", "Model", "Store", "Systemd", collections, crypto]),
        .target(name: "GitSource", dependencies: ["LinuxIO", "Model", crypto, subprocess]),

        // Runtime.
        .target(name: "ControllerRuntime", dependencies: ["Model", "Store", collections, lifecycle, logging, metrics]),

        // API.
        .target(
            name: "ControlAPI",
            dependencies: [
                "LinuxIO", "Model", "Store", crypto, lifecycle, logging, metrics, nioCore, nioHTTP, nioPosix,
            ]),
        .target(name: "ControlClient", dependencies: ["HTTPTransport", "LinuxIO", "Model"]),
        .target(
            name: "ControlProxy",
            dependencies: [
                "ControlClient", "LinuxIO", "Model", asn1, crypto, lifecycle, logging, nioCore, nioHTTP, nioPosix,
                nioSSL, x509,
            ]),

        // Controllers: each meets the others in the store only.
        .target(
            name: "Brahma",
            dependencies: [
                "ControllerRuntime", "GitSource", "HostRuntime", "LinuxIO", "Model", "Rego", "Store", collections,
                logging, mustache,
            ],
            path: "Controllers/Brahma"),
        .target(
            name: "Vishnu",
            dependencies: [
                "ControllerRuntime", "HostRuntime", "LinuxIO", "Model", "Store", lifecycle, logging, metrics,
            ],
            path: "Controllers/Vishnu"),

        // Executables.
        .executableTarget(
            name: "aetheredged",
            dependencies: [
                "Brahma", "ControlAPI", "ControllerRuntime", "GitSource", "HTTPTransport", "HostRuntime", "LinuxIO",
                "Model", "Postgres",
                "Store", "Systemd", "Vishnu", argumentParser, lifecycle, logging, metrics, signals,
            ]),
        .executableTarget(
            name: "aetherctl",
            dependencies: [
                "Brahma", "ControlClient", "ControlProxy", "HostRuntime", "LinuxIO", "Model", "PolicyTool", "Postgres",
                "Rego", "Store", argumentParser, lifecycle, logging, signals,
            ]),

        // Tests.
        // TestSupport imports LinuxIO only; suites that several implementations share stand in a support target of their own.
        .target(name: "TestSupport", dependencies: ["LinuxIO"], path: "Tests/TestSupport"),
        .target(
            name: "StoreTestSupport", dependencies: ["Model", "Store", "TestSupport"], path: "Tests/StoreTestSupport"),
        .target(
            name: "HostTestSupport", dependencies: ["HostRuntime", "LinuxIO", "Model", "Store", "TestSupport"],
            path: "Tests/HostTestSupport"),
        .target(name: "RegoTestSupport", dependencies: ["Rego"], path: "Tests/RegoTestSupport"),
        .target(
            name: "PostgresTestSupport", dependencies: ["LinuxIO", "Postgres", "TestSupport"],
            path: "Tests/PostgresTestSupport"),
        // The simulation: a world from a seed around the real loop, and the program that runs many; never shipped.
        .target(
            name: "Simulation",
            dependencies: ["ControllerRuntime", "HostRuntime", "LinuxIO", "Model", "Store", "Vishnu", logging],
            path: "Tests/Simulation"),
        .executableTarget(name: "simulate", dependencies: ["Simulation"], path: "Tests/simulate"),
        // The stopwatch of `make bench` for policies; never shipped.
        .executableTarget(name: "policybench", dependencies: ["Rego"], path: "Tests/Benchmarks/PolicyBench"),
        .testTarget(name: "LinuxIOTests", dependencies: ["CLinux", "LinuxIO", "TestSupport"]),
        .testTarget(name: "SystemdTests", dependencies: ["CSystemd", "LinuxIO", "Systemd", "TestSupport"]),
        .testTarget(name: "HTTPTransportTests", dependencies: ["CLoader", "HTTPTransport"]),
        .testTarget(
            name: "PostgresTests", dependencies: ["LinuxIO", "Postgres", "PostgresTestSupport", "TestSupport"]),
        .testTarget(name: "RegoTests", dependencies: ["Rego", "RegoTestSupport"]),
        .testTarget(
            name: "PolicyToolTests", dependencies: ["PolicyTool", "Rego", "RegoTestSupport", "TestSupport", crypto]),
        .testTarget(name: "ModelTests", dependencies: ["Model", "TestSupport"]),
        .testTarget(
            name: "StoreTests",
            dependencies: [
                "LinuxIO", "Model", "Postgres", "PostgresTestSupport", "Store", "StoreTestSupport", "TestSupport", grdb,
            ]),
        .testTarget(
            name: "HostRuntimeTests",
            dependencies: [
                "HTTPTransport", "HostRuntime", "HostTestSupport", "LinuxIO", "Model", "Store", "TestSupport",
            ]),
        .testTarget(name: "GitSourceTests", dependencies: ["GitSource", "LinuxIO", "Model", "TestSupport"]),
        .testTarget(
            name: "ControllerRuntimeTests",
            dependencies: [
                "ControllerRuntime", "Model", "Postgres", "PostgresTestSupport", "Store", "TestSupport", lifecycle,
                logging,
            ]),
        .testTarget(
            name: "ControlAPITests",
            dependencies: [
                "ControlAPI", "ControlClient", "LinuxIO", "Model", "Store", "TestSupport", lifecycle, logging, metrics,
                nioHTTP,
            ]),
        .testTarget(
            name: "BrahmaTests",
            dependencies: [
                "Brahma", "ControllerRuntime", "GitSource", "HostRuntime", "LinuxIO", "Model", "Store", "TestSupport",
                logging,
            ]),
        .testTarget(
            name: "VishnuTests",
            dependencies: [
                "ControllerRuntime", "HostRuntime", "HostTestSupport", "LinuxIO", "Model", "Store", "TestSupport",
                "Vishnu",
                logging, .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ]),
        .testTarget(
            name: "AetherctlTests",
            dependencies: ["aetherctl", "ControlClient", "LinuxIO", "Model", "TestSupport", argumentParser, yams]),
        .testTarget(
            name: "ControlProxyTests",
            dependencies: ["ControlClient", "ControlProxy", "LinuxIO", "Model", "TestSupport", lifecycle, logging]),
        .testTarget(
            name: "ConformanceTests",
            dependencies: [
                "aetherctl", "aetheredged", "ControlClient", "LinuxIO", "Model", "PostgresTestSupport", "Store",
                "StoreTestSupport", "TestSupport",
            ]),
        .testTarget(
            name: "LabTests", dependencies: ["TestSupport"],
            exclude: ["Fixtures", "README.md", "base-tree", "run-host"]),
        .testTarget(name: "SimulationTests", dependencies: ["Model", "Simulation", "TestSupport"]),
        .testTarget(name: "TidyTests"),
        // What reads what others wrote, with the inputs that are kept; for `make fuzz` a program, see below.
        .testTarget(
            name: "FuzzTests",
            dependencies: [
                "ControlAPI", "CSystemd", "LinuxIO", "Model", "Rego", "Store", "Systemd", "TestSupport", logging,
                nioCore, nioEmbedded, nioHTTP, nioPosix,
            ],
            path: "Tests/Fuzz", exclude: ["FuzzMain.swift"]),
    ],
    swiftLanguageModes: [.v6]
)

let inC: Set<String> = ["CCurl", "CLinux", "CLoader", "CPostgres"]

// With AETHEREDGE_FUZZ the suite becomes libFuzzer's program. In backticks, so that TidyTests takes it for no module.
let isFuzzing = Context.environment["AETHEREDGE_FUZZ"] != nil
let fuzzed: Set<String> = ["ControlAPI", "Fuzz", "LinuxIO", "Model", "Rego", "Store", "Systemd"]
if isFuzzing {
    package.targets.removeAll { $0.name == "FuzzTests" }
    package.targets.append(
        Target.`executableTarget`(
            name: "Fuzz",
            dependencies: [
                "ControlAPI", "CSystemd", "LinuxIO", "Model", "Rego", "Store", "Systemd", logging, nioCore,
                nioEmbedded, nioHTTP, nioPosix,
            ],
            path: "Tests/Fuzz", exclude: ["FuzzTests.swift"],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]))
}

for target in package.targets where target.type != .system && !inC.contains(target.name) {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .treatAllWarnings(as: .error),
    ]
    if isFuzzing, fuzzed.contains(target.name) {
        // With assertions, and the messages of traps, that optimised code leaves out.
        target.swiftSettings?.append(.unsafeFlags(["-O", "-assert-config", "Debug", "-sanitize=fuzzer"]))
    }
    // What stands beside the sources of a target without being one: its README pages and the fixtures of its tests.
    let folder =
        "\(Context.packageDirectory)/\(target.path ?? (target.isTest ? "Tests" : "Sources") + "/" + target.name)"
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    target.exclude += names.filter { name in
        let isSource = name.hasSuffix(".swift") || name.hasSuffix(".c") || name.hasSuffix(".h")
        var isFolder: ObjCBool = false
        return !isSource && FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
            && !isFolder.boolValue
    }.sorted()
}
