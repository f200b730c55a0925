import Foundation

@testable import Dormouse

/// One layer of a golden file, with its inputs and the answer of LiteRT's reference kernels.
///
/// The format is described in `tools/golden/golden_file.py`.
struct GoldenCase {
  let index: Int
  let geometry: Geometry
  let layer: KernelCase
  let axis: Concatenation.Axis
  /// Extents of the inputs along `axis`.
  let extents: [Int]
  let inputs: [[Int8]]
  let output: [Int8]

  /// All cases of a file in `Tests/DormouseTests/Golden`.
  static func load(_ name: String, file: String = #filePath) throws -> [GoldenCase] {
    var reader = try GoldenReader(name, file: file)
    return (0..<reader.count).map { GoldenCase(index: $0, from: &reader) }
  }

  private init(index: Int, from reader: inout GoldenReader) {
    self.index = index
    let words = reader.words(32).map { Int($0) }
    var geometry = Geometry()
    geometry.input = Shape(words[1], words[2], words[3])
    geometry.output = Shape(words[4], words[5], words[6])
    (geometry.kernelHeight, geometry.kernelWidth) = (words[7], words[8])
    (geometry.strideHeight, geometry.strideWidth) = (words[9], words[10])
    (geometry.dilationHeight, geometry.dilationWidth) = (max(words[11], 1), max(words[12], 1))
    (geometry.padTop, geometry.padLeft) = (words[13], words[14])
    self.geometry = geometry
    axis = Concatenation.Axis(rawValue: UInt8(words[20]))!
    extents = Array(words[26..<(26 + words[21])])
    let weights = reader.bytes(words[22] * words[24])
    let biases = words[22] == 0 ? [] : reader.int32(words[25])
    layer = KernelCase(
      paddedWeights: weights, rowStride: words[24], biases: biases, multipliers: reader.int32(words[25]),
      shifts: reader.int32(words[25]))
    layer.inputZeroPoint = Int8(words[15])
    layer.secondZeroPoint = Int8(words[16])
    layer.outputZeroPoint = Int8(words[17])
    layer.outputMinimum = Int8(words[18])
    layer.outputMaximum = Int8(words[19])
    var inputs: [[Int8]] = []
    for number in 0..<words[21] {
      var shape = geometry.input
      if words[0] == Int(Operation.concatenation.rawValue) { shape[axis] = extents[number] }
      inputs.append(reader.bytes(shape.count))
    }
    self.inputs = inputs
    output = reader.bytes(geometry.output.count)
  }
}

/// Reads the parts of a golden file, each padded to 16 bytes.
struct GoldenReader {
  private let bytes: [Int8]
  private var position = 0
  /// Cases in the file.
  private(set) var count = 0

  /// Opens a file in `Tests/DormouseTests/Golden`.
  init(_ name: String, file: String = #filePath) throws {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appendingPathComponent("Golden/\(name).golden"))
    bytes = data.map { Int8(bitPattern: $0) }
    count = Int(words(4)[1])
  }

  mutating func bytes(_ count: Int) -> [Int8] {
    defer { position += (count + 15) & ~15 }
    return Array(bytes[position..<(position + count)])
  }

  mutating func int32(_ count: Int) -> [Int32] { words(count, advance: (count * 4 + 15) & ~15) }

  mutating func words(_ count: Int, advance: Int? = nil) -> [Int32] {
    let result = (0..<count).map { index in
      bytes[(position + index * 4)..<(position + index * 4 + 4)].reversed().reduce(UInt32(0)) {
        $0 << 8 | UInt32(UInt8(bitPattern: $1))
      }
    }
    position += advance ?? count * 4
    return result.map { Int32(bitPattern: $0) }
  }
}
