// swift-tools-version: 6.2
import PackageDescription

// In a package of your own: .package(url: "https://github.com/OWNER/lighthubert", branch: "main")
let package = Package(
  name: "features",
  dependencies: [.package(name: "lighthubert", path: "../../..")],
  targets: [
    .executableTarget(name: "features", dependencies: [.product(name: "LightHuBERT", package: "lighthubert")])
  ]
)
