import Foundation
import Testing

@testable import DormouseImport

/// A model of `tools/golden/make_onnx_fixtures.py` with its golden vectors.
struct Fixture: CustomTestStringConvertible {
  var name: String

  var testDescription: String { name }

  /// Every fixture.
  static let all = [
    "dense", "dense_forms", "dense_uint8", "dense_qonnx", "temporal", "temporal_uint8", "temporal_qonnx",
    "bands_first", "dscnn", "unsqueezed", "branches", "rescaled", "rows", "integer_input", "heard",
    "narrow_integers", "narrow_odd", "narrow_temporal",
    "binary_dense", "binary_stream", "binary_analog", "binary_planes", "binary_two_levels",
  ].map(Fixture.init)

  /// Files that other tools export (`tools/golden/make_exported_models.py`); their golden vectors are onnxruntime's,
  /// qonnx's for QONNX.
  static let exported = Exported.all.map { Fixture(name: "exported_\($0.name)") }

  /// The ONNX file.
  func model() throws -> Data { try data("onnx") }
  /// Int8 inputs, sample after sample, in the order of the front end; bits as the bytes of their words.
  func inputs() throws -> [Int8] { try data("input").map { Int8(bitPattern: $0) } }
  /// Int8 outputs, sample after sample.
  func outputs() throws -> [Int8] { try data("output").map { Int8(bitPattern: $0) } }

  /// The model after a change; for files that are broken in one place.
  func model(_ change: (inout Onnx_ModelProto) throws -> Void) throws -> Data {
    var proto = try Onnx_ModelProto(serializedBytes: model())
    try change(&proto)
    return try proto.serializedData()
  }

  private func data(_ kind: String) throws -> Data {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
    return try Data(contentsOf: folder.appendingPathComponent("\(name).\(kind)"))
  }
}

/// Files outside of the repository, beside its checkout.
enum Shared {
  /// A file of `../shared`; nil if it is not there.
  static func url(_ path: String) -> URL? {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let url = root.deletingLastPathComponent().appendingPathComponent("shared").appendingPathComponent(path)
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }
}

/// A model that another tool exported, and how far from it a converted one may be.
struct Exported: CustomTestStringConvertible {
  var name: String
  /// Outputs of the 128 that may differ, each by one step.
  var differing = 0

  var fixture: Fixture { Fixture(name: "exported_\(name)") }
  var testDescription: String { name }

  static let all = [
    Exported(name: "ort_dense_dynamo"),
    Exported(name: "ort_dense_uint8"),
    Exported(name: "ort_temporal_channels"),
    Exported(name: "ort_temporal_operator"),
    Exported(name: "ort_dscnn_prepared"),
    Exported(name: "ort_dscnn_operator_uint8"),
    Exported(name: "ort_dscnn_sigmoid"),
    Exported(name: "torch_dense_fx_x86"),
    // Biases in float: ours are whole steps of the accumulator.
    Exported(name: "torch_dense_qat", differing: 2),
    Exported(name: "torch_dense_pt2e_xnnpack"),
    Exported(name: "torch_temporal_pt2e_xnnpack", differing: 1),
    // A mean that keeps its scale: a half goes away from zero here, to the even step there.
    Exported(name: "torch_dscnn_pt2e_xnnpack", differing: 11),
    Exported(name: "brevitas_dense_w4"),
    Exported(name: "brevitas_dense_qcdq_w4"),
    Exported(name: "brevitas_temporal"),
    Exported(name: "brevitas_dscnn"),
  ]
}
