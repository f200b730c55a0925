import Dormouse
import DormouseModel
import Foundation
import Testing

@testable import DormouseImport

@Suite("Binary networks of ONNX")
struct BinaryImportTests {
  @Test func realValuedStreamIsInt16AndShortcutsArePartOfTheirLayers() throws {
    let graph = try Graph(onnx: Fixture(name: "binary_stream").model())
    let operations = graph.nodes.map { "\($0.operation.kind)" }
    let block = ["binarize", "convolution", "prelu"]
    #expect(operations == ["convolution", "rescale"] + block + block + ["averagePool", "rescale", "dense"])
    for node in graph.nodes where node.operation.kind == .convolution && graph.tensors[node.inputs[0]].type == .bits {
      #expect(node.inputs.count == 2)
      #expect(graph.tensors[node.output].type == .int16 && graph.tensors[node.inputs[1]].type == .int16)
    }
  }

  @Test func inputOfSignsIsBits() throws {
    let graph = try Graph(onnx: Fixture(name: "binary_analog").model())
    let input = graph.tensors[graph.input]
    #expect(input.type == .bits && input.shape == TensorShape(height: 20, channels: 8))
    #expect(input.byteLength == 80)
    let types = graph.nodes.map { graph.tensors[$0.output].type }
    #expect(types == [.bits, .bits, .bits, .bits, .bits, .int8])
    let image = try LoadedImage(bytes: ImageWriter(graph).bytes())
    #expect(image.image.header.minorVersion == 2)
    let table = LayerTable(image.image)
    // Binary throughout: one bit times one bit.
    #expect(table.totals.arithmeticCost == table.totals.macs)
  }

  @Test func imagesWithoutBitsKeepTheirVersion() throws {
    let image = try LoadedImage(bytes: ImageWriter(Graph(onnx: Fixture(name: "temporal").model())).bytes())
    #expect(image.image.header.minorVersion == 1)
  }

  @Test func negativeFactorsTurnPolarities() throws {
    let graph = try Graph(onnx: Fixture(name: "binary_dense").model())
    let polarities = graph.nodes.compactMap(\.thresholds?.polarities).flatMap { $0 }
    #expect(polarities.contains(-1) && polarities.contains(1))
  }

  @Test func thresholdsSplitTheIntegersWhereTheSignChanges() {
    let steps: [ChannelStep] = [.add([0.5, -2, 0, 100]), .multiply([2, -1, 0, 1])]
    func threshold(_ channel: Int) -> [Int32] {
      let found = steps.threshold(scale: 0.25, zeroPoint: 1, range: -20...20, channel: channel)
      return [found.value, found.polarity]
    }
    // (q - 1) / 4 + 1/2 >= 0 from q = -1 on; 2 - (q - 1) / 4 >= 0 up to q = 9; always; always.
    #expect(threshold(0) == [-1, 1])
    #expect(threshold(1) == [9, -1])
    #expect(threshold(2) == [.min, 1])
    #expect(threshold(3) == [.min, 1])
    #expect([ChannelStep.add([-100])].threshold(scale: 1, zeroPoint: 0, range: -9...9, channel: 0) == (.max, 1))
  }

  @Test func whatBinaryLayersCannotDoIsRefusedInPlainWords() throws {
    func refusal(_ name: String, _ change: (inout Onnx_GraphProto) throws -> Void) throws -> String {
      let data = try Fixture(name: name).model { try change(&$0.graph) }
      do {
        _ = try Graph(onnx: data)
        return "accepted"
      } catch {
        return "\(error)"
      }
    }
    func first(_ operation: String, _ graph: Onnx_GraphProto) throws -> Int {
      try #require(graph.node.firstIndex { $0.opType == operation })
    }
    let mean = try refusal("binary_analog") { $0.node[try first("MaxPool", $0)].opType = "AveragePool" }
    #expect(mean.contains("takes the mean of bits; take it of a Quant with 16 or 8 bits"))
    let raw = try refusal("binary_analog") { $0.node[try first("BipolarQuant", $0)].opType = "Identity" }
    #expect(raw.contains("reads the network's input unquantized"))
    let unquantized = try refusal("binary_dense") { graph in
      let index = try #require(graph.node.lastIndex { $0.opType == "Sub" })
      let quant = try #require(graph.node.firstIndex { $0.output == [graph.node[index].input[0]] })
      graph.node[quant].opType = "Identity"
    }
    #expect(unquantized.contains("binarizes the unquantized result of node 3 "))
    let twelve = try refusal("binary_stream") { graph in
      for index in graph.initializer.indices where graph.initializer[index].dims.isEmpty {
        let data = graph.initializer[index].rawData
        let bits = data.withUnsafeBytes { $0.loadUnaligned(as: Float.self) }
        if bits == 16 { graph.initializer[index].rawData = withUnsafeBytes(of: Float(12)) { Data($0) } }
      }
    }
    #expect(twelve.contains("quantizes an activation to 12 bits; use 2 to 8, or 16"))
    let sloped = try refusal("binary_stream") { $0.node[try first("PRelu", $0)].opType = "Relu" }
    #expect(sloped.contains("follows an activation function; quantize its result first"))
    let product = try refusal("binary_stream") { $0.node[try first("PRelu", $0)].opType = "Mul" }
    #expect(product.contains("use Add, PRelu, Add between two Quant nodes"))
    let wide = try refusal("binary_dense") { graph in
      let last = graph.node.count - 1
      let bits = graph.node[last].input[3]
      let index = try #require(graph.initializer.firstIndex { $0.name == bits })
      graph.initializer[index].rawData = withUnsafeBytes(of: Float(16)) { Data($0) }
      let zero = try #require(graph.initializer.firstIndex { $0.name == graph.node[last].input[2] })
      graph.initializer[zero].rawData = withUnsafeBytes(of: Float(0)) { Data($0) }
    }
    #expect(wide.contains("its output is int16; logits are int8"))
  }
}
