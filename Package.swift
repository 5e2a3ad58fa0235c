// swift-tools-version: 6.3
import PackageDescription

// How the modules lie on each other is drawn in Docs/architecture.md. Arrows point only down.

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A target of ours. SwiftPM wants the names of targets to differ from those of all packages in a build, so they have a
/// prefix; folders, which nobody else sees, have none.
func module(_ name: String, at path: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target
{
  .target(name: name, dependencies: dependencies, path: "Sources/\(path)", exclude: exclude, swiftSettings: strict)
}

/// One instruction-set build of the kernels. The same source is compiled once for each, always optimised:
/// unoptimised SIMD code is hundreds of times slower and would make the tests unusable.
func kernels(_ set: String, at folder: String? = nil, clang flags: [String], define names: [String]) -> Target {
  .target(
    name: "LHKernels\(set)", dependencies: ["LHKernelTypes", "LHVectors"], path: "Sources/Kernels/\(folder ?? set)",
    swiftSettings: strict + names.map { .define($0) } + [.unsafeFlags(["-O"] + flags.flatMap { ["-Xcc", $0] })])
}

// A manifest is compiled for the machine that builds and is not told of another one, so a cross build has to say what
// it builds for: LHB_TARGET_ARCH=aarch64.
#if arch(x86_64)
  let buildingArchitecture = "x86_64"
#else
  let buildingArchitecture = "other"
#endif
let isForX86 = (Context.environment["LHB_TARGET_ARCH"] ?? buildingArchitecture) == "x86_64"

let x86Kernels = [
  kernels("AVX2", clang: ["-march=x86-64-v3"], define: ["KERNELS_AVX2"]),
  kernels("AVX2VNNI", clang: ["-march=x86-64-v3", "-mavxvnni"], define: ["KERNELS_AVX2", "KERNELS_VNNI"]),
  kernels("AVX512", clang: ["-march=x86-64-v4"], define: ["KERNELS_AVX512"]),
  kernels(
    "AVX512AMX", clang: ["-march=x86-64-v4", "-mamx-tile", "-mamx-int8", "-mamx-bf16"], define: ["KERNELS_AVX512"]),
  kernels("AVX512BF16", clang: ["-march=x86-64-v4", "-mavx512bf16"], define: ["KERNELS_AVX512", "KERNELS_BF16"]),
  kernels("AVX512VNNI", clang: ["-march=x86-64-v4", "-mavx512vnni"], define: ["KERNELS_AVX512", "KERNELS_VNNI"]),
]
let wideKernels = isForX86 ? x86Kernels : []

// MARK: What users link and run

let products: [Product] = [
  .library(name: "LightHuBERT", targets: ["LightHuBERT"]),
  .library(name: "LightHuBERTRuntime", targets: ["LHRuntime"]),
  .library(name: "LightHuBERTC", type: .static, targets: ["LightHuBERTC"]),
  .executable(name: "lhb-extract", targets: ["lhb-extract"]),
  .executable(name: "lhb-features", targets: ["lhb-features"]),
  .executable(name: "lhb-inspect", targets: ["lhb-inspect"]),
  .executable(name: "lhb-export", targets: ["lhb-export"]),
  .executable(name: "lhb-bench", targets: ["lhb-bench"]),
]

/// What only the programs link. Every use of it is conditional, so that SwiftPM fetches none of it for a package that
/// depends on this one with `traits: []`.
func forPrograms(_ name: String, package: String) -> Target.Dependency {
  .product(name: name, package: package, condition: .when(traits: ["Programs"]))
}

let argumentParser = forPrograms("ArgumentParser", package: "swift-argument-parser")

/// A command-line program.
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies + [argumentParser], path: "Sources/Commands/\(name)", swiftSettings: strict)
}

let programs: [Target] = [
  program(
    "lhb-extract",
    [
      "LHArchitectureFile", "LHAudio", "LHAudioArguments", "LHCommandSupport", "LHTensorNames", "LHImport", "LHModel",
      "LHQuantization", "LHSubnetFile", "LHSupernet", "LHSystem", "LHUtterances", "LightHuBERT",
    ]),
  program(
    "lhb-features",
    [
      "LHAudio", "LHAudioArguments", "LHCommandSupport", "LHFeatureFiles", "LHKernels", "LHModelArguments",
      "LHRuntime", "LHSupernet", "LHSystem", "LHUtterances",
    ]),
  program(
    "lhb-inspect",
    [
      "LHCommandSupport", "LHImport", "LHJSON", "LHModel", "LHSafetensors", "LHSubnetFile", "LHSupernet",
      "LHSupernetCheckpoint", "LHSystem", "LHTorch",
    ]),
  program(
    "lhb-export",
    [
      "LHAudio", "LHAudioArguments", "LHCommandSupport", "LHExport", "LHImport", "LHModel", "LHSupernet", "LHSystem",
      "LHTensors", "LHUtterances", "LightHuBERT",
    ]),
  program(
    "lhb-bench",
    [
      "LHAudio", "LHAudioArguments", "LHCommandSupport", "LHJSON", "LHKernelTypes", "LHKernels", "LHModel",
      "LHModelArguments",
      "LHRuntime", "LHSubnetFile", "LHSupernet", "LHSystem", "LHUtterances",
    ]),
]

// MARK: The house, from the ground up

let system: [Target] = [
  .target(name: "LHSystemC", path: "Sources/System/C", cSettings: [.unsafeFlags(["-O2"])]),
  module("LHSystem", at: "System", ["LHSystemC"], exclude: ["C"]),
]

let formats: [Target] = [
  module("LHJSON", at: "Formats/JSON", ["LHSystem"]),
  module("LHTensors", at: "Formats/Tensors"),
  module("LHTorch", at: "Formats/Torch", ["LHJSON", "LHSystem", "LHTensors"]),
  module("LHSafetensors", at: "Formats/Safetensors", ["LHJSON", "LHSystem", "LHTensors"]),
  module("LHONNX", at: "Formats/ONNX", ["LHSystem"]),
  module("LHFeatureFiles", at: "Formats/FeatureFiles", ["LHSystem"]),
]

let models: [Target] = [
  module("LHModel", at: "Models/Model"),
  module("LHConfiguration", at: "Models/Configuration", ["LHJSON"]),
  module("LHTensorNames", at: "Models/TensorNames", ["LHConfiguration", "LHModel"]),
  module(
    "LHSupernet", at: "Models/Supernet",
    ["CLightHuBERT", "LHConfiguration", "LHJSON", "LHModel", "LHSystem", "LHTensorNames"]),
  module(
    "LHSupernetCheckpoint", at: "Models/SupernetCheckpoint",
    ["LHConfiguration", "LHJSON", "LHModel", "LHSupernet", "LHTensorNames", "LHTensors"]),
  module("LHQuantization", at: "Models/Quantization", ["LHKernelTypes", "LHModel"]),
  module(
    "LHSubnetFile", at: "Models/SubnetFile",
    [
      "LHCZstd", "LHConfiguration", "LHJSON", "LHModel", "LHQuantization", "LHSupernet", "LHSystem", "LHTensorNames",
      "LHTensors",
    ]),
  module(
    "LHFamilies", at: "Models/Families", ["LHConfiguration", "LHJSON", "LHModel", "LHSystem", "LHTensorNames"]),
  module(
    "LHImport", at: "Models/Import",
    [
      "LHFamilies", "LHJSON", "LHModel", "LHQuantization", "LHSafetensors", "LHSubnetFile", "LHSupernet",
      "LHSupernetCheckpoint", "LHSystem", "LHTensors", "LHTorch",
    ]),
  module(
    "LHExport", at: "Models/Export",
    ["LHJSON", "LHModel", "LHONNX", "LHSafetensors", "LHSubnetFile", "LHSystem", "LHTensorNames", "LHTensors"]),
]

let runtime: [Target] =
  wideKernels + [
    .target(name: "LHVectors", path: "Sources/Kernels/Vectors", cSettings: [.unsafeFlags(["-O2"])]),
    module("LHKernelTypes", at: "Kernels/Types"),
    kernels("Baseline", at: "Source", clang: [], define: ["KERNELS_BASELINE"]),
    .target(
      name: "LHKernels",
      dependencies: ["LHKernelTypes", "LHKernelsBaseline", "LHSystem", "LHSystemC", "LHVectors"]
        + wideKernels.map { .target(name: $0.name) },
      path: "Sources/Kernels/Engine", swiftSettings: strict + [.unsafeFlags(["-O"])]),
    module(
      "LHRuntime", at: "Runtime",
      [
        "LHConfiguration", "LHJSON", "LHKernelTypes", "LHKernels", "LHModel", "LHQuantization", "LHSubnetFile",
        "LHSupernet", "LHSystem",
        "LHTensors",
      ]),
    module(
      "LightHuBERT", at: "LightHuBERT",
      [
        "LHFamilies", "LHImport", "LHModel", "LHQuantization", "LHRuntime", "LHSafetensors", "LHSubnetFile",
        "LHSupernet", "LHTensorNames", "LHTorch",
      ]),
  ]

let cInterface: [Target] = [
  .target(name: "CLightHuBERT", path: "Sources/CInterface/Header"),
  module(
    "LightHuBERTC", at: "CInterface/Library",
    ["CLightHuBERT", "LHExport", "LHSubnetFile", "LHSystem", "LHTensors", "LightHuBERT"]),
]

let programSupport: [Target] = [
  module(
    "LHAudio", at: "Audio",
    ["LHCFLAC", "LHCMPG123", "LHCOgg", "LHCOpus", "LHCSndFile", "LHCSoxr", "LHCVorbis", "LHSystem"]),
  module("LHUtterances", at: "Utterances", ["LHAudio", "LHFeatureFiles", "LHRuntime", "LHSystem"]),
  module("LHAudioArguments", at: "Commands/AudioArguments", ["LHAudio", "LHUtterances", argumentParser]),
  module(
    "LHModelArguments", at: "Commands/ModelArguments",
    ["LHCommandSupport", "LHKernels", "LHRuntime", argumentParser]),
  module(
    "LHArchitectureFile", at: "Commands/ArchitectureFile",
    ["LHJSON", "LHSupernet", "LHSystem", forPrograms("Yams", package: "Yams")]),
  module("LHCommandSupport", at: "Commands/Support", ["LHModel", "LHSupernet", "LHSystem", argumentParser]),
]

/// A library of the system, found by pkg-config.
func library(_ name: String, pkgConfig: String, apt package: String) -> Target {
  .systemLibrary(
    name: "LH\(name)", path: "Sources/SystemLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

let systemLibraries: [Target] = [
  library("CFLAC", pkgConfig: "flac", apt: "libflac-dev"),
  library("CMPG123", pkgConfig: "libmpg123", apt: "libmpg123-dev"),
  library("COgg", pkgConfig: "ogg", apt: "libogg-dev"),
  library("COpus", pkgConfig: "opus", apt: "libopus-dev"),
  library("CVorbis", pkgConfig: "vorbis", apt: "libvorbis-dev"),
  library("CSndFile", pkgConfig: "sndfile", apt: "libsndfile1-dev"),
  library("CSoxr", pkgConfig: "soxr", apt: "libsoxr-dev"),
  library("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
]

// MARK: Tests, a folder a module

func tests(of module: String, _ more: Target.Dependency...) -> Target {
  .testTarget(
    name: "\(module)Tests", dependencies: [.init(stringLiteral: module), "LHTestSupport"] + more,
    path: "Tests/\(module.hasPrefix("LH") ? String(module.dropFirst(2)) : module)Tests", swiftSettings: strict)
}

let testing: [Target] = [
  .target(
    name: "LHTestSupport",
    dependencies: [
      "LHCZstd", "LHConfiguration", "LHJSON", "LHSupernet", "LHSupernetCheckpoint", "LHSystem", "LHTensors",
    ],
    path: "Tests/TestSupport", swiftSettings: strict),
  .target(name: "LHTestAllocationCounter", path: "Tests/TestAllocationCounter"),
  .testTarget(
    name: "LHTestSupportTests", dependencies: ["LHSystem", "LHTestSupport"], path: "Tests/TestSupportTests",
    swiftSettings: strict),
  tests(of: "LHSystem"),
  tests(of: "LHJSON", "LHSystem"),
  tests(of: "LHTensors"),
  tests(of: "LHTorch", "LHJSON", "LHSystem", "LHTensors"),
  tests(of: "LHSafetensors", "LHSystem", "LHTensors"),
  tests(of: "LHFeatureFiles", "LHSystem"),
  tests(of: "LHModel"),
  tests(of: "LHFamilies", "LHConfiguration", "LHJSON", "LHModel", "LHSystem", "LHTensorNames"),
  tests(
    of: "LHSupernet", "LHConfiguration", "LHJSON", "LHModel", "LHSupernetCheckpoint", "LHSystem", "LHTensorNames",
    "LHTensors", "LHTorch"),
  tests(of: "LHArchitectureFile", "LHSupernet", "LHSystem"),
  tests(of: "LHQuantization", "LHConfiguration", "LHTensorNames", "LHModel", "LHSupernet", "LHSupernetCheckpoint"),
  tests(
    of: "LHSubnetFile", "LHConfiguration", "LHTensorNames", "LHJSON", "LHModel", "LHQuantization", "LHSupernet",
    "LHSupernetCheckpoint",
    "LHSystem", "LHTensors", "LHTorch", "LightHuBERT"),
  tests(
    of: "LHImport", "LHFamilies", "LHJSON", "LHModel", "LHQuantization", "LHSafetensors", "LHSubnetFile", "LHSupernet",
    "LHSupernetCheckpoint", "LHTensorNames",
    "LHSystem", "LHTensors", "LHTorch"),
  tests(
    of: "LHExport", "LHImport", "LHJSON", "LHModel", "LHONNX", "LHSafetensors", "LHSubnetFile", "LHSystem",
    "LHTensors", "LightHuBERT"),
  tests(of: "LHKernels", "LHKernelTypes", "LHQuantization", "LHSystem"),
  tests(
    of: "LightHuBERT", "LHImport", "LHJSON", "LHKernelTypes", "LHKernels", "LHModel", "LHQuantization", "LHSubnetFile",
    "LHSupernet", "LHSupernetCheckpoint", "LHSystem", "LHTensors", "LHTestAllocationCounter", "LHTorch"),
  tests(of: "LHAudio", "LHCSndFile", "LHSystem"),
  tests(of: "LHUtterances", "LHAudio", "LHFeatureFiles", "LHRuntime", "LHSystem", "lhb-features"),
  .testTarget(
    name: "CAPITests",
    dependencies: [
      "CLightHuBERT", "LHSubnetFile", "LHSystem", "LHTestSupport", "LightHuBERT", "LightHuBERTC", "lhb-extract",
      "lhb-features",
    ],
    exclude: ["abi.txt", "c"], swiftSettings: strict),
  .testTarget(
    name: "CommandTests",
    dependencies: [
      "LHCommandSupport", "LHJSON", "LHSupernet", "LHSystem", "LHTestSupport", "lhb-bench", "lhb-export",
      "lhb-extract", "lhb-features", "lhb-inspect",
    ],
    swiftSettings: strict),
]

// MARK: Fuzzing, which needs a build of its own (`make fuzz`)

let fuzzing: [Target] = [
  .target(
    name: "LHFuzzTargets",
    dependencies: [
      "CLightHuBERT", "LHArchitectureFile", "LHAudio", "LHCSndFile", "LHFamilies", "LHFeatureFiles", "LHImport",
      "LHJSON", "LHModel", "LHQuantization", "LHSafetensors", "LHSubnetFile", "LHSupernet", "LHSupernetCheckpoint",
      "LHSystem", "LHTensorNames", "LHTensors", "LHTestSupport", "LHTorch", "LightHuBERT", "LightHuBERTC",
    ],
    path: "Tests/Fuzzing/Targets", swiftSettings: strict),
  .executableTarget(name: "lhb-fuzz", dependencies: ["LHFuzzTargets"], path: "Tests/Fuzzing/Program"),
]
let isFuzzing = Context.environment["LHB_FUZZ_BUILD"] != nil

let package = Package(
  name: "lighthubert",
  products: products,
  traits: [
    .trait(name: "Programs", description: "The lhb-* programs, which need packages that the libraries do not."),
    .default(enabledTraits: ["Programs"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: programs + system + formats + models + runtime + cInterface + programSupport + systemLibraries + testing
    + (isFuzzing ? fuzzing : []),
  swiftLanguageModes: [.v6]
)
