// swift-tools-version: 6.2
import PackageDescription

// A package of its own: what the control API is measured beside never reaches the product.
let package = Package(
    name: "peer",
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0")
    ],
    targets: [
        .executableTarget(name: "peer", dependencies: [.product(name: "Hummingbird", package: "hummingbird")])
    ],
    swiftLanguageModes: [.v6]
)
