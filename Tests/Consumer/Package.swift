// swift-tools-version: 6.2
import PackageDescription

// A package of somebody else's: it depends on a version, and has targets with names that we might have used.
// `make check-dependency` builds a copy of it.
let package = Package(
  name: "consumer",
  dependencies: [
    // Without the programs, nothing else is fetched.
    .package(url: "https://github.com/OWNER/lighthubert", from: "0.1.0", traits: [])
  ],
  targets: [
    .target(name: "Files"),
    .target(name: "JSON"),
    .target(name: "Memory"),
    .target(name: "Tensors", dependencies: ["Memory"]),
    .executableTarget(
      name: "swift-features",
      dependencies: ["Files", "JSON", "Tensors", .product(name: "LightHuBERT", package: "lighthubert")]),
    .executableTarget(name: "c-features", dependencies: [.product(name: "LightHuBERTC", package: "lighthubert")]),
  ]
)
