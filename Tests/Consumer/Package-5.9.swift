// swift-tools-version: 5.9
import PackageDescription

// As Package.swift, in a package that is older than traits: it gets the programs' dependencies too.
let package = Package(
  name: "consumer",
  dependencies: [
    .package(url: "https://github.com/OWNER/lighthubert", from: "0.1.0")
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
