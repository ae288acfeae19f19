// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "kernel-benchmark",
  dependencies: [.package(name: "flashlm", path: "../..")],
  targets: [
    .systemLibrary(
      name: "CPeerBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .executableTarget(
      name: "kernel-benchmark",
      dependencies: ["CPeerBLAS", .product(name: "FlashShared", package: "flashlm")],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
