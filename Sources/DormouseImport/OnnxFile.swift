import Foundation
import SwiftProtobuf

/// An ONNX file, parsed and checked for what every later step takes for granted.
struct OnnxFile {
  /// Largest file that is read. A model for a microcontroller is far smaller; the bound keeps hostile files cheap.
  static let maximumLength = 64 << 20
  /// Most nodes that are read.
  static let maximumNodes = 1 << 16

  var nodes: [OnnxNode]
  var constants: [String: OnnxTensor]
  /// The one input that is not a constant.
  var input: Onnx_ValueInfoProto
  /// Name of the one output.
  var output: String
  var metadata: [String: String]

  /// - Throws: `ImportError`.
  init(_ data: Data) throws {
    let file = "ONNX file"
    guard !data.isEmpty else { throw ImportError(file, "is empty") }
    guard data.count <= OnnxFile.maximumLength else {
      throw ImportError(file, "has \(data.count) bytes; at most \(OnnxFile.maximumLength) are read")
    }
    var options = BinaryDecodingOptions()
    options.messageDepthLimit = 16
    options.discardUnknownFields = true
    let proto: Onnx_ModelProto
    do {
      proto = try Onnx_ModelProto(serializedBytes: data, options: options)
    } catch {
      throw ImportError(file, "is truncated or not an ONNX model")
    }
    guard proto.hasGraph, !proto.graph.node.isEmpty else {
      throw ImportError(file, "holds no graph", remedy: "check that it is an ONNX model")
    }
    let graph = proto.graph
    guard graph.node.count <= OnnxFile.maximumNodes else {
      throw ImportError(file, "has \(graph.node.count) nodes; at most \(OnnxFile.maximumNodes) are read")
    }

    constants = [:]
    for tensor in graph.initializer {
      constants[tensor.name] = try OnnxTensor(tensor, place: "initializer \(tensor.name.quoted)")
    }
    nodes = graph.node.enumerated().map { OnnxNode($1, index: $0) }

    let inputs = graph.input.filter { [constants] in constants[$0.name] == nil }
    guard inputs.count == 1 else {
      throw ImportError(
        file, "has \(inputs.count) inputs (\(inputs.prefix(4).map(\.name.quoted).joined(separator: ", ")))",
        remedy: "export a network with one input, the frames of one context")
    }
    input = inputs[0]
    guard graph.output.count == 1 else {
      throw ImportError(
        file, "has \(graph.output.count) outputs", remedy: "export a network with one output, the logits")
    }
    output = graph.output[0].name
    metadata = [:]
    for entry in proto.metadataProps { metadata[entry.key] = entry.value }
  }
}

/// A node of an ONNX graph with typed access to its attributes.
struct OnnxNode {
  /// Place in the file, from 0.
  var index: Int
  var proto: Onnx_NodeProto
  /// The operator of the file that this one is a part of.
  var written: String?

  init(_ proto: Onnx_NodeProto, index: Int) {
    self.index = index
    self.proto = proto
  }

  var operation: String { proto.opType }
  var inputs: [String] { proto.input }
  var outputs: [String] { proto.output }

  /// Whether the operator is the standard one of its name (or onnxruntime's twin of it).
  var isStandard: Bool { proto.domain.isEmpty || proto.domain == "ai.onnx" || proto.domain == "com.microsoft" }

  /// How errors name the node.
  var place: String {
    let name = proto.name.isEmpty ? (proto.output.first ?? "") : proto.name
    return "node \(index) \((written ?? proto.opType).quoted) \(name.quoted)"
  }

  /// The name of input `position`; nothing if it is left out.
  func input(_ position: Int) -> String? {
    guard position < proto.input.count, !proto.input[position].isEmpty else { return nil }
    return proto.input[position]
  }

  func attribute(_ name: String) -> Onnx_AttributeProto? { proto.attribute.first { $0.name == name } }

  /// An integer attribute, `standard` if absent.
  func integer(_ name: String, _ standard: Int) throws -> Int {
    guard let attribute = attribute(name) else { return standard }
    guard attribute.i.magnitude <= UInt64(Int32.max) else {
      throw error("attribute \(name) is \(attribute.i)")
    }
    return Int(attribute.i)
  }

  /// A float attribute, `standard` if absent.
  func real(_ name: String, _ standard: Float) -> Float { attribute(name)?.f ?? standard }

  /// A list of integers, `standard` if absent.
  func integers(_ name: String) throws -> [Int]? {
    guard let attribute = attribute(name) else { return nil }
    guard attribute.ints.count <= 64, attribute.ints.allSatisfy({ $0.magnitude <= UInt64(Int32.max) }) else {
      throw error("attribute \(name) is absurd")
    }
    return attribute.ints.map { Int($0) }
  }

  /// A text attribute, `standard` if absent.
  func text(_ name: String, _ standard: String) -> String {
    attribute(name).map { String(decoding: $0.s.prefix(64), as: UTF8.self) } ?? standard
  }

  func error(_ problem: String, remedy: String = "") -> ImportError { ImportError(place, problem, remedy: remedy) }
}
