// swift-tools-version: 6.2
import PackageDescription

// The example in Embedded Swift, against the SDK's header and library. `make` beside this file builds it for a board.
let package = Package(
  name: "DormouseSpot",
  products: [.library(name: "Spot", type: .static, targets: ["Spot"])],
  targets: [
    .systemLibrary(name: "CDormouse"),
    .target(
      name: "Spot", dependencies: ["CDormouse"],
      swiftSettings: [
        .enableExperimentalFeature("Embedded"),
        .unsafeFlags(["-wmo", "-parse-as-library", "-Osize", "-no-allocations"]),
      ]),
  ]
)
