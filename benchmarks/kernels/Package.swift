// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "kernel-benchmark",
  dependencies: [.package(name: "flashlm", path: "../..")],
  targets: [
    .executableTarget(
      name: "kernel-benchmark",
      dependencies: [
        .product(name: "COpenBLAS", package: "flashlm"),
        .product(name: "FlashShared", package: "flashlm"),
      ],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
