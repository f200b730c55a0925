import Dormouse
import DormouseModel
import Foundation
import Testing

@testable import DormouseImport

@Suite("What other people's exporters write around a network")
struct ExporterTests {
  /// The kinds of a converted fixture's layers, in order.
  private func kinds(_ name: String) throws -> [String] {
    try Graph(onnx: Fixture(name: "exported_\(name)").model()).nodes.map { "\($0.operation.kind)" }
  }

  @Test func operatorsOnIntegersBecomeTheSameLayersAsPairsOfQuantizations() throws {
    let dscnn = ["convolution", "depthwise", "convolution"]
    #expect(try kinds("ort_dscnn_operator_uint8").starts(with: dscnn))
    #expect(try kinds("ort_dscnn_prepared") == kinds("ort_dscnn_operator_uint8"))
    #expect(try kinds("ort_temporal_operator") == kinds("ort_temporal_channels"))
  }

  @Test func normalizationsAreFoldedIntoTheLayerBefore() throws {
    let fixture = Fixture(name: "exported_brevitas_dscnn")
    let model = try Onnx_ModelProto(serializedBytes: fixture.model())
    #expect(model.graph.node.contains { $0.opType == "BatchNormalization" })
    #expect(try kinds("brevitas_dscnn").starts(with: ["convolution", "depthwise", "convolution"]))
  }

  @Test func clippedWeightsAreStoredWithFewerBits() throws {
    for name in ["brevitas_dense_w4", "brevitas_dense_qcdq_w4"] {
      let graph = try Graph(onnx: Fixture(name: "exported_\(name)").model())
      #expect(graph.nodes.compactMap { $0.operation.weights?.encoding } == [.int4, .int4])
    }
  }

  @Test func functionsOfOneElementBecomeTables() throws {
    #expect(try kinds("ort_dscnn_sigmoid").filter { $0 == "lookup" }.count == 3)
    for operation in ["Tanh", "HardSigmoid", "HardSwish", "LeakyRelu", "Elu"] {
      let changed = try Fixture(name: "exported_ort_dscnn_sigmoid").model { model in
        for index in model.graph.node.indices where model.graph.node[index].opType == "Sigmoid" {
          model.graph.node[index].opType = operation
        }
      }
      let tables = try Graph(onnx: changed).nodes.compactMap { node -> [Int8]? in
        if case .lookup(let table) = node.operation { table } else { nil }
      }
      #expect(tables.count == 3)
      for table in tables { #expect(operation == "HardSwish" || zip(table, table.dropFirst()).allSatisfy { $0 <= $1 }) }
    }
  }

  @Test func shapesThatTheFileComputesAreConstants() throws {
    // Flatten as older exporters write it: Reshape to [Shape(x)[0], -1].
    let fixture = Fixture(name: "dense")
    let model = try fixture.model { model in
      let flatten = model.graph.node.firstIndex { $0.opType == "Flatten" }!
      let (source, result) = (model.graph.node[flatten].input[0], model.graph.node[flatten].output[0])
      func node(_ type: String, _ inputs: [String], _ output: String) -> Onnx_NodeProto {
        var node = Onnx_NodeProto()
        (node.opType, node.input, node.output) = (type, inputs, [output])
        return node
      }
      func constant(_ name: String, _ values: [Int64], dims: [Int64]) -> Onnx_TensorProto {
        var tensor = Onnx_TensorProto()
        (tensor.name, tensor.dims, tensor.dataType, tensor.int64Data) = (name, dims, 7, values)
        return tensor
      }
      model.graph.initializer += [
        constant("first", [0], dims: []), constant("axis", [0], dims: [1]), constant("rest", [-1], dims: [1]),
        constant("start", [0], dims: [1]), constant("end", [.max], dims: [1]),
      ]
      model.graph.node.replaceSubrange(
        flatten...flatten,
        with: [
          node("Shape", [source], "shape"), node("Slice", ["shape", "start", "end"], "whole"),
          node("Gather", ["whole", "first"], "batch"), node("Unsqueeze", ["batch", "axis"], "list"),
          node("Concat", ["list", "rest"], "target"), node("Reshape", [source, "target"], result),
        ])
    }
    #expect(try Runner(onnx: model).outputs(of: fixture.inputs()) == fixture.outputs())
  }

  @Test func aMaximumKeepsItsLevelsWithoutAQuantization() throws {
    let model = try Onnx_ModelProto(serializedBytes: Fixture(name: "exported_torch_temporal_pt2e_xnnpack").model())
    let pool = try #require(model.graph.node.first { $0.opType == "MaxPool" })
    #expect(!model.graph.node.contains { $0.opType == "QuantizeLinear" && $0.input[0] == pool.output[0] })
    #expect(try kinds("torch_temporal_pt2e_xnnpack").contains("maxPool"))
  }

  @Test func inputsThatOncePutTheImportersOffAreConvertedOrRefused() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Corpus")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    #expect(!files.isEmpty)
    for file in files {
      let data = try Data(contentsOf: file)
      do { _ = try ModelConverter.image(file: data) } catch is ImportError {} catch is GraphError {
      } catch is LogMelSettings.Problem {}
    }
  }
}
