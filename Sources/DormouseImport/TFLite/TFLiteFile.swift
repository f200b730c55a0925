import Foundation

/// A TensorFlow Lite file: its main graph, opened, with every index that it names checked.
struct TFLiteFile {
  /// Largest file that is read. A model for a microcontroller is far smaller; the bound keeps hostile files cheap.
  static let maximumLength = 64 << 20
  /// Most tensors, and most buffers.
  static let maximumTensors = 1 << 14
  /// Most operators.
  static let maximumOperators = 1 << 12

  private let buffer: FlatBuffer
  private let graphs: [FlatTable]
  private let codes: [OperatorCode]
  private let buffers: [FlatTable]

  /// Whether bytes look like a file of this format.
  static func isTFLite(_ data: Data) -> Bool {
    data.count >= 8 && data.dropFirst(4).prefix(4).elementsEqual("TFL3".utf8)
  }

  /// - Throws: `ImportError`.
  init(_ data: Data) throws {
    let file = "TensorFlow Lite file"
    guard data.count <= TFLiteFile.maximumLength else {
      throw ImportError(file, "has \(data.count) bytes; at most \(TFLiteFile.maximumLength) are read")
    }
    buffer = FlatBuffer([UInt8](data))
    guard buffer.identifier == "TFL3" else { throw ImportError(file, "does not begin as one: TFL3 is missing") }
    let model = try buffer.root()
    let version: UInt32 = try model.integer(0, 0)
    guard version == 3 else { throw ImportError(file, "has schema version \(version); 3 is read") }
    codes = try model.tables(1, most: TFLiteFile.maximumOperators).map(OperatorCode.init)
    graphs = try model.tables(2, most: 64)
    buffers = try model.tables(4, most: 4 * TFLiteFile.maximumTensors)
    guard !graphs.isEmpty else { throw ImportError(file, "holds no graph", remedy: "fetch it again") }
  }

  /// Graph `index`; 0 is the main one.
  func graph(_ index: Int) throws -> TFLiteGraph {
    guard graphs.indices.contains(index) else {
      throw ImportError("TensorFlow Lite file", "has \(graphs.count) graphs, but names graph \(index)")
    }
    let table = graphs[index]
    let tensors = try table.tables(0, most: TFLiteFile.maximumTensors).enumerated().map { index, table in
      try TFLiteTensor(table, index: index) { try content(of: $0) }
    }
    let operators = try table.tables(3, most: TFLiteFile.maximumOperators).enumerated().map { index, table in
      try TFLiteOperator(table, index: index, codes: codes, tensors: tensors)
    }
    let inputs = try table.integers(1, most: 64, as: Int32.self).map(Int.init)
    let outputs = try table.integers(2, most: 64, as: Int32.self).map(Int.init)
    if let stranger = (inputs + outputs).first(where: { !tensors.indices.contains($0) }) {
      throw ImportError("TensorFlow Lite file", "names tensor \(stranger), but has \(tensors.count)")
    }
    return TFLiteGraph(tensors: tensors, operators: operators, inputs: inputs, outputs: outputs)
  }

  /// The bytes of a buffer, beside the tables or, in large files, behind them.
  private func content(of index: Int) throws -> ArraySlice<UInt8> {
    guard buffers.indices.contains(index) else {
      throw ImportError("TensorFlow Lite file", "has \(buffers.count) buffers, but a tensor names buffer \(index)")
    }
    let offset: UInt64 = try buffers[index].integer(1, 0)
    guard offset > 1 else { return try buffers[index].bytes(0) }
    let size: UInt64 = try buffers[index].integer(2, 0)
    return try buffer.slice(Int(clamping: offset), length: Int(clamping: size))
  }
}

/// A graph of a file.
struct TFLiteGraph {
  var tensors: [TFLiteTensor]
  /// In order of execution.
  var operators: [TFLiteOperator]
  /// Tensor indices, in range.
  var inputs: [Int]
  /// Tensor indices, in range.
  var outputs: [Int]
}

/// What kind an operator of a file is, and which version of it.
struct OperatorCode {
  var builtin: Int
  var custom: String
  var version: Int

  init(_ table: FlatTable) throws {
    // Codes above 127 don't fit the older field; newer files fill both.
    let old: Int8 = try table.integer(0, 0)
    let new: Int32 = try table.integer(3, 0)
    builtin = max(Int(old), Int(new))
    custom = try table.text(1)
    version = Int(try table.integer(2, Int32(1)))
  }

  /// Such as `CONV_2D`.
  var name: String {
    if builtin == BuiltinOperator.custom { return "CUSTOM \(custom.quoted)" }
    return BuiltinOperator.names.indices.contains(builtin) ? BuiltinOperator.names[builtin] : "number \(builtin)"
  }
}
