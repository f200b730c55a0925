import DormouseModel
import Foundation
import SwiftProtobuf

@testable import DormouseImport

/// libFuzzer's own mutation, of bytes.
@_silgen_name("LLVMFuzzerMutate")
func mutateBytes(_ bytes: UnsafeMutablePointer<UInt8>, _ length: Int, _ capacity: Int) -> Int

/// libFuzzer calls this in place of its own mutation, by name.
///
/// A changed byte of an ONNX file nearly always breaks a length of the message around it, and the file with it; so most
/// changes are made to the parsed file. A TensorFlow Lite file has no such lengths: there libFuzzer's own do well.
@_cdecl("LLVMFuzzerCustomMutator")
func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ length: Int, _ capacity: Int, _ seed: CUnsignedInt) -> Int {
  var generator = RandomSequence(seed: UInt64(seed))
  guard isOnnx, Int.random(in: 0..<8, using: &generator) > 0,
    var model = try? Onnx_ModelProto(serializedBytes: Data(bytes: bytes, count: length)), !model.graph.node.isEmpty
  else { return mutateBytes(bytes, length, capacity) }
  for _ in 0..<Int.random(in: 1...3, using: &generator) { model.mutate(&generator) }
  guard let data: Data = try? model.serializedData(), data.count <= capacity else {
    return mutateBytes(bytes, length, capacity)
  }
  data.copyBytes(to: bytes, count: data.count)
  return data.count
}

extension RandomSequence {
  mutating func pick<T>(_ list: [T]) -> T { list[Int.random(in: 0..<list.count, using: &self)] }
  mutating func integer() -> Int64 {
    pick([.min, -1 << 31, -65536, -2, -1, 0, 1, 2, 3, 4, 5, 8, 16, 127, 128, 255, 65535, 65536, 1 << 31, 1 << 40, .max])
  }
  mutating func real() -> Float {
    pick([0, -0.0, 1, -1, 0.5, -0.5, 1e-38, 1e-45, 1e-30, 1e30, 3e38, .infinity, -.infinity, .nan, 2, 8, 16, 255])
  }
}

/// Operators that nodes are turned into.
private let operations = [
  "Constant", "Identity", "Cast", "QuantizeLinear", "DequantizeLinear", "Quant", "BipolarQuant", "Trunc", "Gather",
  "Conv", "Gemm", "MatMul", "Relu", "Clip", "Add", "Sub", "Mul", "Div", "PRelu", "BatchNormalization", "Concat",
  "AveragePool", "MaxPool", "GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceMax", "Transpose", "Reshape",
  "Flatten", "Squeeze", "Unsqueeze", "Pad", "Softmax", "Sigmoid", "HardSigmoid", "LeakyRelu", "Slice", "Shape",
  "QLinearConv", "QLinearMatMul", "QGemm", "QLinearAdd", "QLinearGlobalAveragePool", "QLinearConcat",
]

/// Attributes that nodes are given.
private let attributes = [
  "axis", "axes", "perm", "keepdims", "group", "pads", "strides", "dilations", "kernel_shape", "auto_pad", "ceil_mode",
  "count_include_pad", "transA", "transB", "alpha", "beta", "epsilon", "min", "max", "allowzero", "to", "signed",
  "narrow", "block_size", "output_dtype", "channels_last", "noop_with_empty_axes", "value_float", "value_ints", "shape",
]

extension Onnx_ModelProto {
  /// One random change.
  fileprivate mutating func mutate(_ generator: inout RandomSequence) {
    switch Int.random(in: 0..<12, using: &generator) {
    case 0..<6: mutateNode(&generator)
    case 6..<10: mutateTensor(&generator)
    case 10: graph.input.indices.randomElement(using: &generator).map { mutateInput($0, &generator) }
    default: mutateRest(&generator)
    }
  }

  private mutating func mutateNode(_ generator: inout RandomSequence) {
    guard let index = graph.node.indices.randomElement(using: &generator) else { return }
    let names = graph.node.flatMap(\.output) + graph.initializer.map(\.name) + graph.input.map(\.name)
    var node = graph.node[index]
    switch Int.random(in: 0..<10, using: &generator) {
    case 0: node.opType = generator.pick(operations)
    case 1:
      graph.node.remove(at: index)
      return
    case 2:
      var copy = node
      copy.output = copy.output.map { $0 + "+" }
      copy.opType = generator.pick(operations + [copy.opType])
      graph.node.insert(copy, at: Int.random(in: 0...graph.node.count, using: &generator))
      return
    case 3:
      graph.node.swapAt(index, Int.random(in: 0..<graph.node.count, using: &generator))
      return
    case 4 where !node.input.isEmpty:
      node.input[Int.random(in: 0..<node.input.count, using: &generator)] = generator.pick(names + [""])
    case 5: if Bool.random(using: &generator) { node.input.append(generator.pick(names)) } else { node.input = [] }
    case 6 where !node.output.isEmpty: node.output[0] = generator.pick(names + ["", "new"])
    case 7:
      var attribute = Onnx_AttributeProto()
      attribute.name = generator.pick(attributes)
      attribute.i = generator.integer()
      attribute.f = generator.real()
      attribute.ints = (0..<Int.random(in: 0..<5, using: &generator)).map { _ in generator.integer() }
      node.attribute.removeAll { $0.name == attribute.name }
      node.attribute.append(attribute)
    default:
      guard let place = node.attribute.indices.randomElement(using: &generator) else { return }
      node.attribute[place].mutate(&generator)
    }
    graph.node[index] = node
  }

  private mutating func mutateTensor(_ generator: inout RandomSequence) {
    guard let index = graph.initializer.indices.randomElement(using: &generator) else { return }
    graph.initializer[index].mutate(&generator)
  }

  private mutating func mutateInput(_ index: Int, _ generator: inout RandomSequence) {
    guard let axis = graph.input[index].type.tensorType.shape.dim.indices.randomElement(using: &generator) else {
      return
    }
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: graph.input[index].type.tensorType.elemType = Int32.random(in: 0...12, using: &generator)
    case 1: graph.input[index].type.tensorType.shape.dim.remove(at: axis)
    case 2: graph.input[index].type.tensorType.shape.dim[axis].dimParam = "n"
    default: graph.input[index].type.tensorType.shape.dim[axis].dimValue = generator.integer()
    }
  }

  private mutating func mutateRest(_ generator: inout RandomSequence) {
    let names = graph.node.flatMap(\.output)
    if Bool.random(using: &generator), !graph.output.isEmpty, !names.isEmpty {
      graph.output[0].name = generator.pick(names)
    } else if let index = metadataProps.indices.randomElement(using: &generator) {
      let value = Array(metadataProps[index].value.utf8)
      metadataProps[index].value = String(decoding: value.mutated(room: 16), as: UTF8.self)
    }
  }
}

extension Onnx_AttributeProto {
  fileprivate mutating func mutate(_ generator: inout RandomSequence) {
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: name = generator.pick(attributes)
    case 1: f = generator.real()
    case 2 where !ints.isEmpty: ints[Int.random(in: 0..<ints.count, using: &generator)] = generator.integer()
    case 3: ints.append(generator.integer())
    case 4: s = Data(Array(s).mutated(room: 8))
    default: if hasT { t.mutate(&generator) } else { i = generator.integer() }
    }
  }
}

extension Onnx_TensorProto {
  fileprivate mutating func mutate(_ generator: inout RandomSequence) {
    switch Int.random(in: 0..<8, using: &generator) {
    case 0 where !dims.isEmpty: dims[Int.random(in: 0..<dims.count, using: &generator)] = generator.integer()
    case 1: if Bool.random(using: &generator) { dims.shuffle(using: &generator) } else { dims.append(1) }
    case 2: dims = []
    case 3: dataType = Int32.random(in: 0...22, using: &generator)
    case 4 where rawData.count >= 4:
      let place = Int.random(in: 0...(rawData.count - 4) / 4, using: &generator) * 4
      let word = generator.real().bitPattern.littleEndian
      rawData.replaceSubrange(place..<place + 4, with: withUnsafeBytes(of: word) { Data($0) })
    case 5 where rawData.count >= 8:
      let word = generator.integer().littleEndian
      rawData.replaceSubrange(0..<8, with: withUnsafeBytes(of: word) { Data($0) })
    case 6: dataLocation = Int32.random(in: 0...1, using: &generator)
    default: rawData = Data(Array(rawData).mutated(room: 16))
    }
  }
}

extension [UInt8] {
  /// Changed as libFuzzer changes bytes; at most `room` longer.
  fileprivate func mutated(room: Int) -> [UInt8] {
    var bytes = self + [UInt8](repeating: 0, count: room)
    let length = count
    let mutated = bytes.withUnsafeMutableBufferPointer { mutateBytes($0.baseAddress!, length, $0.count) }
    return Array(bytes.prefix(mutated))
  }
}
