import Dormouse
import DormouseImport
import DormouseModel
import Foundation

/// Runs a converted model on int8 inputs.
struct Runner {
  let loaded: LoadedImage

  /// Converts and loads a model.
  init(onnx: Data) throws {
    try self.init(image: ModelConverter.image(onnx: onnx))
  }

  /// Loads an image.
  init(image: [UInt8]) throws {
    loaded = try LoadedImage(bytes: image)
  }

  /// Bytes that one inference reads.
  var inputCount: Int { loaded.image.tensor(Int(loaded.image.program.input)).byteLength }

  /// Outputs of every sample, one after another.
  func outputs(of inputs: [Int8]) -> [Int8] {
    let plan = ArenaPlan(program: loaded.image.program)
    let arena = UnsafeMutableRawPointer.allocate(byteCount: plan.length, alignment: ImageFormat.alignment)
    defer { arena.deallocate() }
    let network = Network(image: loaded.image, activations: arena + plan.activations)
    var outputs: [Int8] = []
    for start in stride(from: 0, to: inputs.count, by: inputCount) {
      _ = network.input.update(fromContentsOf: inputs[start..<start + inputCount])
      network.run()
      outputs += Array(network.output)
    }
    return outputs
  }
}

/// How two lists of outputs differ.
struct Difference: CustomStringConvertible {
  var count: Int
  var changed: Int
  var largest: Int

  init(_ ours: [Int8], _ theirs: [Int8]) {
    count = ours.count
    let steps = zip(ours, theirs).map { abs(Int($0) - Int($1)) }
    changed = steps.count { $0 > 0 }
    largest = ours.count == theirs.count ? steps.max() ?? 0 : Int.max
  }

  var description: String { "\(changed) of \(count) outputs differ, at most by \(largest)" }
}
