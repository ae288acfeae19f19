// swift-tools-version: 6.1
import PackageDescription

// Which processor the code is tuned to: "native" (the default: the machine that builds), a name
// that clang's -march (x86-64) or -mcpu (arm64) knows, such as "x86-64-v3", or "portable" (the
// architecture's baseline: runs everywhere, without fused multiply-add on x86-64).
let processor = Context.environment["FLASHLM_CPU"] ?? "native"

#if arch(arm64)
  let processorOption = "-mcpu=\(processor)"
#else
  let processorOption = "-march=\(processor)"
#endif

let tuned: [SwiftSetting] =
  processor == "portable" ? [] : [.unsafeFlags(["-Xcc", processorOption])]

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .unsafeFlags(["-warnings-as-errors"]),
]

// FLASHLM_MPI=1 lets fl-train work together with others that mpirun started (libopenmpi-dev).
let hasMPI = Context.environment["FLASHLM_MPI"] == "1"
let isFuzzing = Context.environment["FLASHLM_FUZZ"] == "1"
// The gold linker fails on what the sanitizers make: see Tests/Fuzzing and Tests/Sanitizers.
let linker: [LinkerSetting] =
  isFuzzing || Context.environment["FLASHLM_SANITIZE"] == "1"
  ? [.unsafeFlags(["-use-ld=lld"])] : []

func tool(_ name: String) -> Target {
  .executableTarget(
    name: name,
    dependencies: [
      "FlashShared", "ToolSupport",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ],
    swiftSettings: strict)
}

let package = Package(
  name: "flashlm",
  products: [
    .library(name: "FlashShared", targets: ["FlashShared"]),
    // For the benchmark that takes our products and OpenBLAS's in turn.
    .library(name: "COpenBLAS", targets: ["COpenBLAS"]),
    .executable(name: "fl-tokenize", targets: ["fl-tokenize"]),
    .executable(name: "fl-shard", targets: ["fl-shard"]),
    .executable(name: "fl-train", targets: ["fl-train"]),
    .executable(name: "fl-eval", targets: ["fl-eval"]),
    .executable(name: "fl-sample", targets: ["fl-sample"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CProcessor"),
    .systemLibrary(name: "CByteClasses"),
    .target(
      name: "FlashShared",
      dependencies: [
        "COpenBLAS", "CJansson", "CCrypto", "CProcessor", "CByteClasses",
      ] + (hasMPI ? ["CMPI"] : []),
      swiftSettings: strict + tuned + (hasMPI ? [.define("FLASHLM_MPI")] : []),
      linkerSettings: linker,
      plugins: ["ListModels"]),
    .plugin(name: "ListModels", capability: .buildTool()),
    .target(
      name: "ToolSupport",
      dependencies: [
        "FlashShared",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    tool("fl-tokenize"), tool("fl-shard"), tool("fl-train"), tool("fl-eval"), tool("fl-sample"),
    .target(
      name: "TestSupport", dependencies: ["FlashShared"], path: "Tests/TestSupport",
      swiftSettings: strict),
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    .testTarget(
      name: "FlashSharedTests",
      dependencies: [
        "FlashShared", "TestSupport", "CAllocationCounter",
      ],
      exclude: ["Golden", "HostileInput/Found"] + (isFuzzing ? ["HostileInput"] : []),
      swiftSettings: strict),
    .testTarget(
      name: "ToolTests",
      dependencies: [
        "FlashShared", "TestSupport", "fl-tokenize", "fl-shard", "fl-train", "fl-eval", "fl-sample",
      ],
      swiftSettings: strict),
  ]
)

// The program that fuzzes the readers with the functions that the tests have, built with
// -sanitize=fuzzer: see Tests/Fuzzing/run.sh.
if isFuzzing {
  package.targets += [
    .systemLibrary(name: "CFuzzer"),
    .target(
      name: "HostileInputs",
      dependencies: [
        "FlashShared", "TestSupport",
      ],
      path: "Tests/FlashSharedTests/HostileInput", exclude: ["Found", "HostileInputTests.swift"],
      swiftSettings: strict),
    .executableTarget(
      name: "fuzz", dependencies: ["CFuzzer", "HostileInputs"], path: "Tests/Fuzzing",
      exclude: ["run.sh"], swiftSettings: strict),
  ]
}

if hasMPI {
  package.targets.append(
    .systemLibrary(
      name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]))
}
