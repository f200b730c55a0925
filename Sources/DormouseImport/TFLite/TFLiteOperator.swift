/// An operator of a TensorFlow Lite file.
struct TFLiteOperator {
  /// Place in its graph.
  var index: Int
  var code: OperatorCode
  /// Tensor indices; -1 for one that is left out. All others are in range.
  var inputs: [Int]
  /// Tensor indices, in range.
  var outputs: [Int]
  /// How errors name it.
  var place: String
  private let table: FlatTable?

  init(_ operation: FlatTable, index: Int, codes: [OperatorCode], tensors: [TFLiteTensor]) throws {
    self.index = index
    let number = Int(try operation.integer(0, UInt32(0)))
    guard codes.indices.contains(number) else {
      throw ImportError("operator \(index)", "names kind \(number) of \(codes.count)", remedy: "fetch the file again")
    }
    code = codes[number]
    place = "operator \(index) \(code.name)"
    inputs = try operation.integers(1, most: 256, as: Int32.self).map(Int.init)
    outputs = try operation.integers(2, most: 256, as: Int32.self).map(Int.init)
    table = try operation.table(4)
    if let first = outputs.first, tensors.indices.contains(first) { place += " \(tensors[first].name.quoted)" }
    let strangers = inputs.filter { $0 != -1 } + outputs
    if let stranger = strangers.first(where: { !tensors.indices.contains($0) }) {
      throw error("names tensor \(stranger), but its graph has \(tensors.count)", remedy: "fetch the file again")
    }
  }

  /// A field of the operator's options.
  func option<Value: FixedWidthInteger>(_ slot: Int, _ standard: Value) throws -> Int {
    Int(clamping: try table?.integer(slot, standard) ?? standard)
  }

  /// A number of the operator's options.
  func real(_ slot: Int, _ standard: Float) throws -> Float { try table?.real(slot, standard) ?? standard }

  /// A text of the operator's options.
  func text(_ slot: Int) throws -> String { try table?.text(slot) ?? "" }

  /// An extent, stride or dilation of the options: 1 to 1024.
  func extent(_ slot: Int, _ standard: Int32, _ name: String) throws -> Int {
    let value = try option(slot, standard)
    guard (1...1024).contains(value) else { throw error("its \(name) is \(value); it must be 1 to 1024") }
    return value
  }

  func error(_ problem: String, remedy: String = "") -> ImportError { ImportError(place, problem, remedy: remedy) }
}
