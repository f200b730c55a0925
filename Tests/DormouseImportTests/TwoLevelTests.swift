import Dormouse
import DormouseModel
import Foundation
import Testing

@testable import DormouseImport

@Suite("Weights of two levels about a center, from ONNX")
struct TwoLevelTests {
  let fixture = Fixture(name: "binary_two_levels")

  /// The line that refuses the fixture with another constant in the first Add on weights.
  func refusal(
    _ constant: (_ scales: [Float]) -> [Float], dims: [Int64]? = nil, type: Int32 = 1
  ) throws -> String {
    let data = try fixture.model { model in
      let (center, scales) = try firstCenter(model.graph)
      let values = constant(scales)
      model.graph.initializer[center].rawData = values.withUnsafeBytes { Data($0) }
      model.graph.initializer[center].dims = dims ?? [Int64(values.count), 1, 1]
      model.graph.initializer[center].dataType = type
    }
    let error = try #require(throws: ImportError.self) { try Graph(onnx: data) }
    #expect(!error.description.contains("\n"))
    return error.description
  }

  /// Index of the initializer that the first Add on weights adds, and the scales of those weights.
  func firstCenter(_ graph: Onnx_GraphProto) throws -> (index: Int, scales: [Float]) {
    let quants = graph.node.filter { $0.opType == "BipolarQuant" }
    let add = try #require(
      graph.node.first { add in add.opType == "Add" && quants.contains { $0.output[0] == add.input[0] } })
    let quant = try #require(quants.first { $0.output[0] == add.input[0] })
    let scales = try #require(graph.initializer.first { $0.name == quant.input[1] })
    let floats = scales.rawData.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
    return (try #require(graph.initializer.firstIndex { $0.name == add.input[1] }), floats)
  }

  @Test func centersAreKeptInStepsOfHalfTheDistanceAndScalesShrinkToThem() throws {
    let graph = try Graph(onnx: fixture.model())
    let layers = graph.nodes.compactMap(\.operation.weights)
    #expect(layers.count == 6)
    for weights in layers {
      #expect(weights.encoding == .binaryLevels)
      #expect(weights.values.allSatisfy { abs($0) == 1 })
      #expect(weights.centers.count == weights.scales.count && weights.centers.contains { $0 != 0 })
    }
    // One number for all channels.
    #expect(Set(layers[2].centers).count == 1 && layers[2].scales.allSatisfy { $0 == 0.25 / 256 })
    let image = try LoadedImage(bytes: ImageWriter(graph).bytes())
    #expect(image.image.header.minorVersion == 2)
  }

  @Test func negativeFactorsTurnCentersWithTheirWeights() throws {
    func weights(_ factor: Float) throws -> Weights {
      let data = try fixture.model { model in
        let product = try #require(model.graph.node.first { $0.opType == "Mul" })
        let index = try #require(model.graph.initializer.firstIndex { $0.name == product.input[1] })
        let count = Int(model.graph.initializer[index].dims.reduce(1, *))
        let factors = [Float](repeating: factor, count: count)
        model.graph.initializer[index].rawData = factors.withUnsafeBytes { Data($0) }
      }
      return try Graph(onnx: data).nodes.compactMap(\.operation.weights)[3]
    }
    let (plain, turned) = (try weights(1), try weights(-1))
    #expect(turned.values == plain.values.map { -$0 })
    #expect(turned.centers == plain.centers.map { -$0 })
    #expect(turned.scales == plain.scales)
  }

  @Test func centersOffTheGridOrTooFarAwayAreRefused() throws {
    #expect(
      try refusal { $0.map { $0 * (3.01 / 256) } }.contains("which is no multiple of"))
    let off = try refusal { scales in scales.map { $0 / 2 + $0 / 256 * 0.002 } }
    #expect(off.hasPrefix("node ") && off.contains("'Add'") && off.hasSuffix("round it to one"))
    let far = try refusal { $0.map { $0 * 64 } }
    #expect(far.contains("more than 16383 / 256 times as far; train the channel again"))
    #expect(try refusal { $0.map { _ in .nan } }.contains("no finite float"))
    #expect(try refusal { $0.map { _ in .infinity } }.contains("no finite float"))
  }

  @Test func centersThatAreNotOneAnOutputChannelAreRefused() throws {
    // An axis of inputs, several axes, a number that fits no axis, none at all.
    let inputs = try refusal({ _ in [Float](repeating: 0, count: 37) }, dims: [1, 37, 1])
    #expect(inputs.contains("adds a constant of the shape [1, 37, 1] to weights of the shape [35, 37, 3]"))
    #expect(inputs.contains("add one number an output channel"))
    #expect(
      try refusal({ _ in [Float](repeating: 0, count: 35 * 37) }, dims: [35, 37, 1]).contains("one number an output"))
    #expect(try refusal({ _ in [0, 0] }, dims: [2]).contains("one number an output channel"))
    #expect(try refusal({ _ in [] }, dims: [0]).contains("no finite float"))
    #expect(try refusal({ _ in [0] }, dims: [1], type: 6).contains("no finite float"))
  }

  @Test func twoLevelsAreForLayersOfBitsAlone() throws {
    let data = try Fixture(name: "binary_dense").model { model in
      // The first layer reads int8: its weights become binary, with a constant added.
      let product = try #require(model.graph.node.firstIndex { $0.opType == "MatMul" })
      let name = model.graph.node[product].input[1]
      let quant = try #require(model.graph.node.firstIndex { $0.output == [name] })
      model.graph.node[quant].opType = "BipolarQuant"
      model.graph.node[quant].input.removeLast(2)
      var add = Onnx_NodeProto()
      (add.opType, add.output) = ("Add", ["moved"])
      add.input = [name, model.graph.node[quant].input[1]]
      model.graph.node[product].input[1] = "moved"
      model.graph.node.insert(add, at: product)
    }
    let error = try #require(throws: ImportError.self) { try Graph(onnx: data) }
    #expect(
      error.description.contains("reads 8 bits, but its weights have two levels about a center; put BipolarQuant"))
    let twice = try fixture.model { model in
      let center = try firstCenter(model.graph).index
      let name = model.graph.initializer[center].name
      let first = try #require(model.graph.node.firstIndex { $0.input.contains(name) })
      var again = model.graph.node[first]
      again.input[0] = again.output[0]
      again.output[0] = "again"
      model.graph.node.insert(again, at: first + 1)
    }
    let second = try #require(throws: ImportError.self) { try Graph(onnx: twice) }
    #expect(second.description.contains("adds a constant to weights that are binaryLevels; add one to BipolarQuant"))
  }
}
