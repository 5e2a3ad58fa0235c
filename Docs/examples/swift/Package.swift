// swift-tools-version: 6.2
import PackageDescription

// In a package of your own: .package(url: "https://github.com/OWNER/lighthubert", from: "0.1.0", traits: [])
let package = Package(
  name: "features",
  dependencies: [.package(name: "lighthubert", path: "../../..")],
  targets: [
    .executableTarget(name: "features", dependencies: [.product(name: "LightHuBERT", package: "lighthubert")])
  ]
)
