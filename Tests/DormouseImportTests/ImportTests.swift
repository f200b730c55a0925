import DormouseModel
import Foundation
import Testing

@testable import DormouseImport

@Suite("ONNX models as graphs")
struct ImportTests {
  @Test func temporalNetworkBecomesItsLayersInOrder() throws {
    let graph = try Graph(onnx: Fixture(name: "temporal").model())
    let operations = graph.nodes.map { "\($0.operation.kind)" }
    #expect(operations == ["convolution", "depthwise", "convolution", "add", "averagePool", "dense"])
    #expect(graph.tensors[graph.input].shape == TensorShape(height: 12, channels: 5))
    #expect(graph.tensors[graph.output].shape == TensorShape(channels: 4))
    #expect(graph.labels == ["class 0", "class 1", "class 2", "class 3"])
  }

  @Test func activationsAreFusedIntoTheClamp() throws {
    let graph = try Graph(onnx: Fixture(name: "dense_forms").model())
    for node in graph.nodes.dropLast() {
      #expect(Int(node.clamp.lowerBound) == graph.tensors[node.output].quantization.zeroPoint)
    }
    #expect(graph.nodes.last?.clamp == -128...127)
  }

  @Test func aSecondQuantToFewerBitsClampsAgain() throws {
    let data = try Fixture(name: "dense_qonnx").model { model in
      // After the hidden layer's Quant of 8 bits comes one of 4 in the same steps.
      let first = model.graph.node.firstIndex { $0.opType == "Relu" }! + 1
      var bits = model.graph.initializer.first { $0.name == model.graph.node[first].input[3] }!
      bits.name = "four"
      bits.rawData = withUnsafeBytes(of: Float(4).bitPattern.littleEndian) { Data($0) }
      model.graph.initializer.append(bits)
      var second = model.graph.node[first]
      second.input = [second.output[0], second.input[1], second.input[2], "four"]
      second.output = ["narrow"]
      for node in model.graph.node.indices where model.graph.node[node].input[0] == second.input[0] {
        model.graph.node[node].input[0] = "narrow"
      }
      model.graph.node.insert(second, at: first + 1)
    }
    let graph = try Graph(onnx: data)
    #expect(graph.nodes.count == 3)
    #expect(graph.nodes[1].operation == .maxPool(Window(kernelHeight: 1, kernelWidth: 1)))
    #expect(graph.nodes[1].clamp == -8...7)
  }

  @Test func unsignedActivationsAreShifted() throws {
    let signed = try Graph(onnx: Fixture(name: "dense").model())
    let unsigned = try Graph(onnx: Fixture(name: "dense_uint8").model())
    #expect(unsigned.tensors[0].quantization.zeroPoint == signed.tensors[0].quantization.zeroPoint)
  }

  @Test func bandsThatComeFirstInTheFileAreInnermostInMemory() throws {
    let graph = try Graph(onnx: Fixture(name: "bands_first").model())
    #expect(graph.tensors[graph.input].shape == TensorShape(height: 9, channels: 5))
  }

  @Test func metadataFillsTheGraphAndSettingsWin() throws {
    let data = try Fixture(name: "heard").model()
    let graph = try Graph(onnx: data)
    #expect(graph.name == "fixture" && graph.version == "2.1")
    #expect(graph.labels == ["yes", "no", "unknown", "silence"])
    #expect(graph.frontEnd?.features == 10)
    #expect(graph.detector?.keywords["yes"]?.minimumRun == 2)
    #expect(graph.tensors[graph.input].shape == TensorShape(height: 8, channels: 10))

    let settings = try ModelSettings(json: Data(#"{"name": "other", "labels": ["yes", "b", "c", "d"]}"#.utf8))
    let renamed = try Graph(onnx: data, settings: settings)
    #expect(renamed.name == "other" && renamed.version == "2.1")
    #expect(renamed.labels == ["yes", "b", "c", "d"])
  }

  @Test func settingsFilesAreRead() throws {
    let text = #"""
      {"name": "n", "version": "3", "labels": ["a"], "front_end": {"bands": 20},
       "detector": {"stride": 1, "smoothing": 2, "refractory_ms": 3, "keywords": {"a": {"threshold": 0.5, "minimum_run": 1}}}}
      """#
    let settings = try ModelSettings(json: Data(text.utf8))
    #expect(settings.frontEnd?.features == 20 && settings.detector?.refractoryMilliseconds == 3)
    #expect(throws: ImportError("settings", "are not a JSON object")) { try ModelSettings(json: Data("[]".utf8)) }
    #expect(throws: ImportError.self) { try ModelSettings(json: Data(#"{"labls": ["a"]}"#.utf8)) }
    #expect(throws: ImportError.self) { try ModelSettings(json: Data(#"{"name": 5}"#.utf8)) }
  }
}
