import DormouseModel
import Foundation
import Testing

@testable import DormouseImport

@Suite("ONNX files that are refused, each with one line that names the place and the remedy")
struct RefusalTests {
  let dense = Fixture(name: "dense")
  let temporal = Fixture(name: "temporal")

  /// The one line that refuses `data`.
  func refusal(_ data: Data, settings: ModelSettings = ModelSettings()) throws -> String {
    let error = try #require(throws: ImportError.self) { try Graph(onnx: data, settings: settings) }
    #expect(!error.description.contains("\n"))
    return error.description
  }

  func refusal(_ fixture: Fixture, _ change: (inout Onnx_ModelProto) throws -> Void) throws -> String {
    try refusal(fixture.model(change))
  }

  @Test func emptyTruncatedAndForeignFiles() throws {
    let whole = try temporal.model()
    #expect(try refusal(Data()) == "ONNX file: is empty")
    #expect(try refusal(whole.prefix(whole.count - 7)).contains("truncated"))
    #expect(try refusal(Data("RIFF....WAVEfmt ".utf8)).contains("ONNX file: "))
    #expect(try refusal(Data(count: OnnxFile.maximumLength + 1)).contains("at most"))
  }

  @Test("a scale of zero, a negative one, NaN and infinity", arguments: [0, -0.5, Float.nan, .infinity])
  func unusableScales(scale: Float) throws {
    let text = try refusal(dense) { model in
      for index in model.graph.initializer.indices where model.graph.initializer[index].name.hasPrefix("scale") {
        model.graph.initializer[index].rawData = withUnsafeBytes(of: scale.bitPattern.littleEndian) { Data($0) }
        model.graph.initializer[index].dims = []
        break
      }
    }
    #expect(text.contains("node 0 'QuantizeLinear'") && text.contains("has the scale"))
  }

  @Test("weights of 0, 1, 9 and 4.5 bits", arguments: [0, 1, 9, 4.5] as [Float])
  func unusableWidths(bits: Float) throws {
    let text = try refusal(Fixture(name: "narrow_integers")) { model in
      // The first Quant is the input's, the second that of the first layer's weights.
      let weights = model.graph.node.filter { $0.opType == "Quant" }[1]
      let index = try #require(model.graph.initializer.firstIndex { $0.name == weights.input[3] })
      model.graph.initializer[index].rawData = withUnsafeBytes(of: bits.bitPattern.littleEndian) { Data($0) }
    }
    #expect(text.contains("bits"))
    #expect(text.hasPrefix("node "))
  }

  @Test func codebooksBeyondInt8AndEntriesBeyondTheCodebook() throws {
    let odd = Fixture(name: "narrow_odd")
    let overflow = try refusal(odd) { model in
      let index = try #require(model.graph.initializer.firstIndex { $0.name.hasPrefix("codebook") })
      let levels: [Int32] = [-127, 127, 200, 1]
      model.graph.initializer[index].dataType = 6
      model.graph.initializer[index].rawData = levels.withUnsafeBytes { Data($0) }
    }
    #expect(overflow.contains("'Gather'") && overflow.contains("level 200, which overflows int8"))
    let beyond = try refusal(odd) { model in
      let index = try #require(model.graph.initializer.firstIndex { $0.name.hasPrefix("index") })
      let count = Int(model.graph.initializer[index].dims.reduce(1, *))
      model.graph.initializer[index].rawData = [Int64](repeating: 4, count: count).withUnsafeBytes { Data($0) }
    }
    #expect(beyond.contains("gathers entry 4 of 4"))
    let long = try refusal(odd) { model in
      let index = try #require(model.graph.initializer.firstIndex { $0.name.hasPrefix("codebook") })
      model.graph.initializer[index].dims = [17]
      model.graph.initializer[index].rawData = Data(count: 17)
    }
    #expect(long.contains("a codebook of 17 levels"))
  }

  @Test func unsupportedOperatorsAreNamed() throws {
    let text = try refusal(dense) { $0.graph.node[5].opType = "BatchNormalization" }
    #expect(text.hasPrefix("node 5 'BatchNormalization' "))
    #expect(text.contains("fold it into the layer before it"))
    #expect(try refusal(dense) { $0.graph.node[5].opType = "ConvInteger" }.contains("QDQ format"))
    #expect(try refusal(dense) { $0.graph.node[5].opType = "QLinearConv" }.hasPrefix("node 5 'QLinearConv' "))
    #expect(try refusal(dense) { $0.graph.node[5].domain = "my.ops" }.contains("'my.ops'"))
  }

  @Test func missingValuesAndCycles() throws {
    let missing = try refusal(dense) { model in model.graph.initializer.removeAll { $0.name.hasPrefix("weight") } }
    #expect(missing.contains("'DequantizeLinear'") && missing.contains("which no earlier node makes"))
    let cycle = try refusal(dense) { model in model.graph.node[0].input[0] = model.graph.node.last!.output[0] }
    #expect(cycle.contains("check for a cycle"))
    let twice = try refusal(dense) { model in model.graph.node[1].output = model.graph.node[0].output }
    #expect(twice.contains("exists already"))
  }

  @Test func missingBuffers() throws {
    let text = try refusal(dense) { model in
      let index = model.graph.initializer.firstIndex { $0.name.hasPrefix("weight") }!
      model.graph.initializer[index].rawData = Data()
    }
    #expect(text.hasPrefix("initializer 'weight") && text.contains("holds 0 values where its shape"))
  }

  @Test("zero points outside of the type of what is quantized", arguments: [Int32(128), -129, .min])
  func zeroPointsOutOfRange(zeroPoint: Int32) throws {
    let text = try refusal(dense) { model in
      let name = model.graph.node.first { $0.opType == "QuantizeLinear" }!.input[2]
      let index = model.graph.initializer.firstIndex { $0.name == name }!
      model.graph.initializer[index].rawData = Data()
      model.graph.initializer[index].int32Data = [zeroPoint]
    }
    #expect(text.hasPrefix("initializer ") && text.contains("outside its 8-bit element type"))
    let wide = try refusal(dense) { model in
      let name = model.graph.node.first { $0.opType == "QuantizeLinear" }!.input[2]
      let index = model.graph.initializer.firstIndex { $0.name == name }!
      model.graph.initializer[index].dataType = 6
      model.graph.initializer[index].rawData = Data()
      model.graph.initializer[index].int32Data = [zeroPoint]
    }
    #expect(wide.contains("element type other than int8 and uint8"))
  }

  @Test func valuesOutsideOfTheFile() throws {
    let text = try refusal(dense) { $0.graph.initializer[3].dataLocation = 1 }
    #expect(text.contains("keeps its values in another file"))
  }

  @Test func absurdShapes() throws {
    #expect(try refusal(dense) { $0.graph.initializer[2].dims = [.max, .max] }.contains("absurd shape"))
    #expect(try refusal(dense) { $0.graph.initializer[2].dims = [-3] }.contains("absurd shape"))
    #expect(try refusal(dense) { $0.graph.initializer[2].dims = [1 << 27] }.contains("needs"))
    let huge = try refusal(dense) { $0.graph.input[0].type.tensorType.shape.dim[1].dimValue = 1 << 40 }
    #expect(huge.contains("input 'frames'") && huge.contains("export with a fixed shape"))
    let batch = try refusal(dense) { $0.graph.input[0].type.tensorType.shape.dim[0].dimValue = 4 }
    #expect(batch.contains("batch of 4"))
    let symbolic = try refusal(dense) { $0.graph.input[0].type.tensorType.shape.dim[1].dimParam = "T" }
    #expect(symbolic.contains("fixed shape"))
  }

  @Test func smallFilesThatAskForMuchMemory() throws {
    let text = try refusal(dense) { model in
      var big = model.graph.initializer[0]
      (big.name, big.dims, big.dataType) = ("big", [1024, 1024], 3)
      big.rawData = Data(count: 1 << 20)
      model.graph.initializer.append(big)
      let copies = (0..<1000).map { index in
        var node = Onnx_NodeProto()
        (node.opType, node.input, node.output) = ("Transpose", ["big"], ["copy\(index)"])
        return node
      }
      model.graph.node.insert(contentsOf: copies, at: 0)
    }
    #expect(text.contains("computes more constants than a model for a microcontroller has"))
    let long = try refusal(dense) { model in
      model.graph.node = Array(repeating: model.graph.node[0], count: OnnxFile.maximumNodes + 1)
    }
    #expect(long.contains("nodes; at most"))
  }

  @Test func missingQuantization() throws {
    let unquantized = try refusal(dense) { model in
      // The first Gemm's result goes straight into the second.
      let products = model.graph.node.indices.filter { model.graph.node[$0].opType == "Gemm" }
      let relu = model.graph.node.firstIndex { $0.opType == "Relu" }!
      model.graph.node[products[1]].input[0] = model.graph.node[relu].output[0]
    }
    #expect(unquantized.contains("reads the unquantized result of node"))
    #expect(unquantized.contains("put QuantizeLinear and DequantizeLinear between them"))

    let raw = try refusal(dense) { model in
      let flatten = model.graph.node.firstIndex { $0.opType == "Flatten" }!
      model.graph.node[flatten].input[0] = "frames"
    }
    #expect(raw.contains("reads the network's input unquantized"))

    let output = try refusal(dense) { model in
      let product = model.graph.node.last { $0.opType == "Gemm" }!
      model.graph.output[0].name = product.output[0]
    }
    #expect(output.contains("gives the network's output without a quantization"))
  }

  @Test func quantizationsThatDisagree() throws {
    let text = try refusal(dense) { model in
      let scale = model.graph.node.last { $0.opType == "QuantizeLinear" }!.input[1]
      var other = model.graph.initializer.first { $0.name == scale }!
      other.name = "other"
      other.rawData = withUnsafeBytes(of: Float(0.7).bitPattern.littleEndian) { Data($0) }
      model.graph.initializer.append(other)
      let last = model.graph.node.lastIndex { $0.opType == "DequantizeLinear" }!
      model.graph.node[last].input[1] = "other"
    }
    #expect(text.contains("another scale or zero point"))
  }

  @Test func weightsWithAZeroPoint() throws {
    func moved(by zeroPoint: UInt8) throws -> Data {
      try dense.model { model in
        let node = model.graph.node.first { $0.opType == "DequantizeLinear" && $0.output[0].hasPrefix("weight") }!
        let zero = model.graph.initializer.firstIndex { $0.name == node.input[2] }!
        let count = model.graph.initializer[zero].rawData.count
        model.graph.initializer[zero].rawData = Data(repeating: zeroPoint, count: count)
      }
    }
    #expect(try refusal(moved(by: 100)).contains("quantize weights symmetrically"))
    // What stays within int8 is only another spelling.
    func weights(_ model: Data) throws -> [Int8] { try #require(Graph(onnx: model).nodes[0].operation.weights).values }
    #expect(try weights(moved(by: 1)) == weights(dense.model()).map { $0 - 1 })
  }

  @Test func groupsAndKernelsThatDoNotFit() throws {
    let groups = try refusal(temporal) { model in
      let conv = model.graph.node.firstIndex { $0.opType == "Conv" }!
      let group = model.graph.node[conv].attribute.firstIndex { $0.name == "group" }!
      model.graph.node[conv].attribute[group].i = 5
    }
    #expect(groups.contains("has 5 groups for 5 inputs and 8 outputs"))
    let pads = try refusal(temporal) { model in
      let conv = model.graph.node.firstIndex { $0.opType == "Conv" }!
      let attribute = model.graph.node[conv].attribute.firstIndex { $0.name == "pads" }!
      model.graph.node[conv].attribute[attribute].ints = [-1, .max]
    }
    #expect(pads.contains("pads"))
  }

  @Test func settingsThatDoNotFitTheNetwork() throws {
    let heard = Fixture(name: "heard")
    var settings = ModelSettings()
    settings.labels = ["a", "b"]
    #expect(
      try refusal(heard.model(), settings: settings)
        == "labels: are 2 for a network of 4 outputs; give one label an output")
    settings.labels = ["a", "b", "b", "c"]
    #expect(try refusal(heard.model(), settings: settings).contains("a label occurs twice"))
    settings = ModelSettings()
    settings.frontEnd = .logMel(LogMelSettings())
    #expect(try refusal(heard.model(), settings: settings).contains("no axis of 40 bands"))
    let flat = Fixture(name: "dense_forms")
    #expect(try refusal(flat.model(), settings: settings).hasPrefix("front_end: gives 40 bands a frame"))
    settings = ModelSettings()
    settings.detector = DetectorSettings(
      stride: 5, smoothing: 4, refractoryMilliseconds: 1000,
      keywords: ["maybe": DetectorSettings.Keyword(threshold: 0.5, minimumRun: 1)])
    #expect(try refusal(heard.model(), settings: settings).contains("keyword \"maybe\" is not among the labels"))
    #expect(try refusal(Fixture(name: "dense").model(), settings: settings).hasPrefix("front_end: is missing"))
  }

  @Test func metadataThatIsNotWhatItSays() throws {
    let heard = Fixture(name: "heard")
    func refusal(_ key: String, _ value: String) throws -> String {
      try self.refusal(heard) { model in
        let index = model.metadataProps.firstIndex { $0.key == "dormouse." + key }!
        model.metadataProps[index].value = value
      }
    }
    #expect(try refusal("labels", "yes, no").hasPrefix("metadata dormouse.labels: is not JSON"))
    #expect(try refusal("labels", "[1, 2]").contains("wrong type"))
    #expect(try refusal("front_end", "{\"bands\": \"ten\"}").hasPrefix("metadata dormouse.front_end: "))
    #expect(try refusal("detector", "{\"stride\": 5}").contains("lacks 'smoothing'"))
    #expect(try refusal("name", "").contains("1 to 63 bytes"))
    #expect(try refusal("name", String(repeating: "x", count: 64)).contains("1 to 63 bytes"))
  }
}
