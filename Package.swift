// swift-tools-version: 6.2
import PackageDescription

// How the modules lie on each other is drawn in Docs/architecture.md. Arrows point only down.

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// One instruction-set build of the kernels. The same source is compiled once for each, always optimised:
/// unoptimised SIMD code is hundreds of times slower and would make the tests unusable.
func kernels(_ name: String, clang flags: [String], define names: [String]) -> Target {
  .target(
    name: name, dependencies: ["CPU", "KernelTypes"],
    swiftSettings: strict + names.map { .define($0) } + [.unsafeFlags(["-O"] + flags.flatMap { ["-Xcc", $0] })])
}

#if arch(x86_64)
  let wideKernels = [
    kernels("KernelsAVX2", clang: ["-march=x86-64-v3"], define: ["KERNELS_AVX2"]),
    kernels("KernelsAVX2VNNI", clang: ["-march=x86-64-v3", "-mavxvnni"], define: ["KERNELS_AVX2", "KERNELS_VNNI"]),
    kernels("KernelsAVX512", clang: ["-march=x86-64-v4"], define: ["KERNELS_AVX512"]),
    kernels(
      "KernelsAVX512BF16", clang: ["-march=x86-64-v4", "-mavx512bf16"], define: ["KERNELS_AVX512", "KERNELS_BF16"]),
    kernels(
      "KernelsAVX512VNNI", clang: ["-march=x86-64-v4", "-mavx512vnni"], define: ["KERNELS_AVX512", "KERNELS_VNNI"]),
  ]
#else
  let wideKernels: [Target] = []
#endif

// MARK: What users link and run

let products: [Product] = [
  .library(name: "LightHuBERT", targets: ["LightHuBERT"]),
  .library(name: "LightHuBERTC", type: .static, targets: ["LightHuBERTC"]),
  .executable(name: "lhb-extract", targets: ["lhb-extract"]),
  .executable(name: "lhb-features", targets: ["lhb-features"]),
  .executable(name: "lhb-inspect", targets: ["lhb-inspect"]),
  .executable(name: "lhb-bench", targets: ["lhb-bench"]),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let programs: [Target] = [
  .executableTarget(
    name: "lhb-extract",
    dependencies: [
      "ArchitectureFile", "AudioArguments", "AudioFile", "CommandSupport", "Extraction", "Faults", "Files",
      "LightHuBERT", "Quantization", "Subnet", "SubnetFile", argumentParser,
    ], swiftSettings: strict),
  .executableTarget(
    name: "lhb-features",
    dependencies: [
      "AudioArguments", "AudioFile", "CommandSupport", "Faults", "Files", "Kernels", "LightHuBERT", "NumPyFile",
      "Subnet", argumentParser,
    ], swiftSettings: strict),
  .executableTarget(
    name: "lhb-inspect",
    dependencies: [
      "Checkpoint", "CommandSupport", "Faults", "Files", "JSON", "Subnet", "SubnetFile", argumentParser,
    ], swiftSettings: strict),
  .executableTarget(
    name: "lhb-bench",
    dependencies: [
      "AudioArguments", "AudioFile", "CommandSupport", "Files", "JSON", "KernelTypes", "Kernels", "LightHuBERT",
      "Subnet", "SubnetFile", argumentParser,
    ], swiftSettings: strict),
]

// MARK: The house, from the ground up

let foundations: [Target] = [
  .target(name: "CFiles"),
  .target(name: "CPU", cSettings: [.unsafeFlags(["-O2"])]),
  .target(name: "Faults", swiftSettings: strict),
  .target(name: "Locks", dependencies: ["CPU"], swiftSettings: strict),
  .target(name: "Memory", dependencies: ["Faults"], swiftSettings: strict),
  .target(name: "JSON", dependencies: ["Faults"], swiftSettings: strict),
  .target(name: "Tensors", swiftSettings: strict),
  .target(name: "Files", dependencies: ["CFiles", "CPU", "Faults"], swiftSettings: strict),
]

let extraction: [Target] = [
  .target(name: "Checkpoint", dependencies: ["Faults", "Files", "JSON", "Tensors"], swiftSettings: strict),
  .target(name: "Subnet", dependencies: ["CLightHuBERT", "Faults", "JSON", "Tensors"], swiftSettings: strict),
  .target(
    name: "ArchitectureFile",
    dependencies: ["Faults", "Files", "JSON", "Subnet", .product(name: "Yams", package: "Yams")], swiftSettings: strict),
  .target(name: "Quantization", dependencies: ["Subnet"], swiftSettings: strict),
  .target(
    name: "SubnetFile",
    dependencies: ["CZstd", "Faults", "Files", "JSON", "Locks", "Memory", "Quantization", "Subnet", "Tensors"],
    swiftSettings: strict),
  .target(
    name: "Extraction",
    dependencies: ["Checkpoint", "Faults", "Files", "Locks", "Quantization", "Subnet", "SubnetFile", "Tensors"],
    swiftSettings: strict),
]

let runtime: [Target] =
  wideKernels + [
    .target(name: "KernelTypes", swiftSettings: strict),
    kernels("KernelsBaseline", clang: [], define: ["KERNELS_BASELINE"]),
    .target(
      name: "Kernels",
      dependencies: ["CPU", "Faults", "KernelTypes", "KernelsBaseline", "Memory"]
        + wideKernels.map { .target(name: $0.name) },
      swiftSettings: strict + [.unsafeFlags(["-O"])]),
    .target(
      name: "LightHuBERT",
      dependencies: [
        "CPU", "Checkpoint", "Extraction", "Faults", "Files", "JSON", "KernelTypes", "Kernels", "Locks", "Memory",
        "Quantization", "Subnet", "SubnetFile", "Tensors",
      ],
      swiftSettings: strict),
  ]

let cInterface: [Target] = [
  .target(name: "CLightHuBERT"),
  .target(
    name: "LightHuBERTC",
    dependencies: ["CLightHuBERT", "LightHuBERT", "Locks", "Memory", "SubnetFile"],
    swiftSettings: strict),
]

let programSupport: [Target] = [
  .target(
    name: "AudioFile",
    dependencies: ["CFLAC", "CMPG123", "COgg", "COpus", "CSndFile", "CSoxr", "CVorbis", "Faults", "Files", "Locks"],
    swiftSettings: strict),
  .target(name: "AudioArguments", dependencies: ["AudioFile", argumentParser], swiftSettings: strict),
  .target(name: "NumPyFile", dependencies: ["Files"], swiftSettings: strict),
  .target(
    name: "CommandSupport", dependencies: ["Faults", "Files", "Memory", "Subnet", argumentParser],
    swiftSettings: strict),
]

let systemLibraries: [Target] = [
  .systemLibrary(name: "CFLAC", pkgConfig: "flac", providers: [.apt(["libflac-dev"])]),
  .systemLibrary(name: "CMPG123", pkgConfig: "libmpg123", providers: [.apt(["libmpg123-dev"])]),
  .systemLibrary(name: "COgg", pkgConfig: "ogg", providers: [.apt(["libogg-dev"])]),
  .systemLibrary(name: "COpus", pkgConfig: "opus", providers: [.apt(["libopus-dev"])]),
  .systemLibrary(name: "CVorbis", pkgConfig: "vorbis", providers: [.apt(["libvorbis-dev"])]),
  .systemLibrary(name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
  .systemLibrary(name: "CSoxr", pkgConfig: "soxr", providers: [.apt(["libsoxr-dev"])]),
  .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
]

// MARK: Tests, a folder a module

func tests(of module: String, _ more: Target.Dependency...) -> Target {
  .testTarget(
    name: "\(module)Tests", dependencies: [.init(stringLiteral: module), "TestSupport"] + more, swiftSettings: strict)
}

let testing: [Target] = [
  .target(
    name: "TestSupport", dependencies: ["CZstd", "JSON", "Locks", "Tensors"], path: "Tests/TestSupport",
    swiftSettings: strict),
  .target(name: "TestAllocationCounter", path: "Tests/TestAllocationCounter"),
  .testTarget(name: "TestSupportTests", dependencies: ["Files", "TestSupport"], swiftSettings: strict),
  tests(of: "JSON", "Faults"),
  tests(of: "Locks"),
  tests(of: "Tensors"),
  tests(of: "Files", "Faults"),
  tests(of: "Checkpoint", "Faults", "Files", "JSON", "Tensors"),
  tests(of: "Subnet", "Checkpoint", "Faults", "JSON", "Tensors"),
  tests(of: "ArchitectureFile", "Faults", "Subnet"),
  tests(of: "Quantization", "Subnet"),
  tests(
    of: "SubnetFile", "Checkpoint", "Faults", "Files", "JSON", "LightHuBERT", "Locks", "Quantization", "Subnet",
    "Tensors"),
  tests(of: "Extraction", "Checkpoint", "Faults", "Files", "JSON", "Quantization", "Subnet", "SubnetFile", "Tensors"),
  tests(of: "Kernels", "Faults", "KernelTypes", "Memory"),
  tests(
    of: "LightHuBERT", "Checkpoint", "Extraction", "Faults", "JSON", "KernelTypes", "Kernels", "Quantization", "Subnet",
    "SubnetFile",
    "TestAllocationCounter", "Tensors"),
  tests(of: "AudioFile", "CSndFile", "Faults", "Files"),
  tests(of: "NumPyFile", "Faults", "Files", "Locks"),
  .testTarget(
    name: "CAPITests",
    dependencies: [
      "CLightHuBERT", "LightHuBERT", "LightHuBERTC", "Locks", "SubnetFile", "TestSupport", "lhb-extract",
      "lhb-features",
    ],
    exclude: ["abi.txt", "c"], swiftSettings: strict),
  .testTarget(
    name: "CommandTests",
    dependencies: [
      "JSON", "Locks", "Subnet", "TestSupport", "lhb-bench", "lhb-extract", "lhb-features", "lhb-inspect",
    ],
    swiftSettings: strict),
]

// MARK: Fuzzing, which needs a build of its own (`make fuzz`)

let fuzzing: [Target] = [
  .target(
    name: "FuzzTargets",
    dependencies: [
      "ArchitectureFile", "AudioFile", "CLightHuBERT", "CSndFile", "Checkpoint", "Extraction", "Files", "JSON",
      "LightHuBERT", "LightHuBERTC", "NumPyFile", "Quantization", "Subnet", "SubnetFile", "Tensors", "TestSupport",
    ],
    path: "Tests/Fuzzing/Targets", swiftSettings: strict),
  .executableTarget(name: "lhb-fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzzing/Program"),
]
let isFuzzing = Context.environment["LHB_FUZZ_BUILD"] != nil

let package = Package(
  name: "lighthubert",
  products: products,
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: programs + foundations + extraction + runtime + cInterface + programSupport + systemLibraries + testing
    + (isFuzzing ? fuzzing : []),
  swiftLanguageModes: [.v6]
)
