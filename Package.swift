// swift-tools-version: 6.2
import PackageDescription

// The device runtime is compiled by SwiftPM as an ordinary host library; `firmware/` compiles the very same files as
// Embedded Swift. Dependencies point one way: command line -> host rooms -> DormouseModel -> Dormouse -> DormouseISA.
let package = Package(
  name: "Dormouse",
  products: [
    .library(name: "Dormouse", targets: ["Dormouse"]),
    .executable(name: "dormouse", targets: ["DormouseCommand"]),
    .library(name: "DormousePython", type: .dynamic, targets: ["DormousePython"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/swhitty/FlyingFox", exact: "0.27.1"),
  ],
  targets: [
    // The device runtime, and its doors.
    .target(name: "DormouseISA"),
    .target(name: "Dormouse", dependencies: ["DormouseISA"]),
    .target(name: "CDormouse"),
    .target(name: "DormouseABI", dependencies: ["Dormouse", "CDormouse"]),
    .target(name: "DormousePython", dependencies: ["DormouseABI", "DormouseModel", "CDormouse"]),
    // The host rooms.
    .target(name: "DormouseModel", dependencies: ["Dormouse"]),
    .target(
      name: "DormouseImport",
      dependencies: ["DormouseModel", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["README.md", "Schema/onnx-subset.proto"]),
    .target(name: "DormouseAnalog", dependencies: ["Dormouse", "DormouseModel"]),
    .target(name: "DormouseExport", dependencies: ["Dormouse", "DormouseModel"]),
    .systemLibrary(
      name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"]), .brew(["libsndfile"])]),
    .systemLibrary(
      name: "CSampleRate", pkgConfig: "samplerate",
      providers: [.apt(["libsamplerate0-dev"]), .brew(["libsamplerate"])]),
    .systemLibrary(name: "CALSA", pkgConfig: "alsa", providers: [.apt(["libasound2-dev"])]),
    .target(name: "DormouseAudio", dependencies: ["CSndFile", "CSampleRate", "CALSA"]),
    .target(name: "DormouseLive", dependencies: ["Dormouse", "DormouseModel", "DormouseAudio"]),
    .target(
      name: "DormouseWeb",
      dependencies: [
        "DormouseLive", .product(name: "FlyingFox", package: "FlyingFox"),
        .product(name: "FlyingSocks", package: "FlyingFox"),
      ],
      resources: [.embedInCode("Page")]),
    .target(name: "DormouseEvaluation", dependencies: ["Dormouse", "DormouseModel", "DormouseAudio"]),
    .target(name: "DormouseEnergy", dependencies: ["Dormouse", "DormouseModel", "DormouseAnalog"]),
    // Reads ELF files and strict JSON as the energy figures do.
    .target(
      name: "DormouseFlash", dependencies: ["Dormouse", "DormouseModel", "DormouseEnergy", "DormouseExport"]),
    // Not named like the command: a folder `dormouse` beside `Dormouse` is one folder on some file systems.
    .executableTarget(
      name: "DormouseCommand",
      dependencies: [
        "Dormouse", "DormouseModel", "DormouseAnalog", "DormouseImport", "DormouseExport", "DormouseAudio",
        "DormouseEvaluation", "DormouseEnergy", "DormouseFlash", "DormouseLive", "DormouseWeb",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    // The same networks in floating point, to compare with; part of no product.
    .target(name: "DormouseFloat"),
    // Tests, cycles for `tools/bench energy`, and the mutation of images that tests share with `tools/mutate`.
    .target(name: "DormouseMutation", dependencies: ["Dormouse", "DormouseModel"]),
    .target(name: "DormousePowerCut", dependencies: ["Dormouse", "DormouseModel", "DormouseMutation"]),
    .executableTarget(name: "dormouse-powercut", dependencies: ["DormousePowerCut"]),
    .executableTarget(name: "dormouse-cycles", dependencies: ["DormouseEnergy"]),
    .executableTarget(name: "dormouse-mutate", dependencies: ["DormouseModel", "DormouseMutation"]),
    .testTarget(
      name: "DormouseTests", dependencies: ["Dormouse", "DormouseModel", "DormouseMutation"], exclude: ["Golden"]),
    .testTarget(
      name: "DormousePowerCutTests",
      dependencies: ["DormousePowerCut", "Dormouse", "DormouseModel", "DormouseMutation"]),
    .testTarget(name: "DormouseModelTests", dependencies: ["Dormouse", "DormouseModel", "DormouseMutation"]),
    .testTarget(
      name: "DormouseImportTests", dependencies: ["DormouseImport", "DormouseModel", "Dormouse"],
      exclude: ["Corpus", "Fixtures"]),
    .testTarget(name: "DormouseAnalogTests", dependencies: ["DormouseAnalog", "DormouseModel", "Dormouse"]),
    .testTarget(name: "DormouseExportTests", dependencies: ["DormouseExport", "DormouseMutation"]),
    .testTarget(
      name: "DormouseFlashTests",
      dependencies: [
        "DormouseFlash", "DormouseExport", "DormousePowerCut", "Dormouse", "DormouseModel", "DormouseMutation",
      ]),
    .testTarget(name: "DormouseFloatTests", dependencies: ["DormouseFloat"]),
    .testTarget(name: "DormouseAudioTests", dependencies: ["DormouseAudio"]),
    .testTarget(name: "DormouseLiveTests", dependencies: ["DormouseLive", "DormouseModel"]),
    .testTarget(name: "DormouseEvaluationTests", dependencies: ["DormouseEvaluation", "Dormouse", "DormouseModel"]),
    .testTarget(
      name: "DormouseEnergyTests", dependencies: ["DormouseEnergy"], exclude: ["Golden"]),
    .testTarget(name: "DormouseWebTests", dependencies: ["DormouseWeb", "DormouseLive", "DormouseMutation"]),
    .testTarget(name: "DormouseCommandTests", dependencies: ["DormouseCommand"], exclude: ["Help"]),
  ]
)

// A fuzzer has its own main function, from libFuzzer: only `tools/fuzz`, which links that, asks for it.
if Context.environment["DORMOUSE_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "dormouse-fuzz",
      dependencies: [
        "DormouseImport", "DormouseModel", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]))
}
