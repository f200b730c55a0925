import Dormouse
import DormouseMutation
import Testing

@testable import DormouseModel

@Suite("Narrow weights in graphs and images") struct NarrowWeightTests {
  @Test func aWeightOutsideOfTheGridIsNamed() throws {
    for (encoding, weight) in [
      (Encoding.int4, 8), (.int4, -8), (.int2, 2), (.ternary, -2), (.binary, 0), (.rise3, 2), (.codebook2, 5),
    ] as [(Encoding, Int8)] {
      var values = [Int8](repeating: encoding == .codebook2 ? 3 : 1, count: 12)
      values[7] = weight
      let weights = Weights(values: values, scales: [], biases: [], encoding: encoding, codebook: [3, -3])
      let error = #expect(throws: GraphError.self) {
        try FieldPacking(weights, place: "layer").packed(values, rows: 3, columns: 4)
      }
      let text = "\(try #require(error))"
      #expect(text.contains("layer") && text.contains("the weight \(weight) in row 1, column 3"))
      #expect(text.contains("the grid of \(encoding)"))
    }
  }

  @Test func aCodebookOfTheWrongLengthIsNamed() throws {
    for levels in [[], [Int8](repeating: 1, count: 5)] {
      let weights = Weights(values: [1], scales: [], biases: [], encoding: .codebook2, codebook: levels)
      let error = #expect(throws: GraphError.self) { try FieldPacking(weights, place: "layer") }
      #expect("\(try #require(error))".contains("codebook has \(levels.count) levels"))
    }
  }

  @Test func imagesShrinkWithTheBits() throws {
    // 96 x 64 and 32 x 96 weights fill their groups: what remains is bits, and what a layer has besides.
    func image(_ encoding: Encoding) throws -> LayerTable {
      LayerTable(
        try LoadedImage(bytes: ImageWriter(SampleGraphs.dense([64, 96, 32], encodings: [encoding])).bytes()).image)
    }
    let wide = try image(.int8)
    for encoding in [Encoding.int7, .int5, .int4, .int3, .ternary, .binary, .rise2] {
      let narrow = try image(encoding)
      for (row, reference) in zip(narrow.rows, wide.rows) {
        let weights = reference.macs
        #expect(reference.flash - row.flash == weights - weights * encoding.code.bits / 8)
        #expect(row.encoding == "\(encoding)" && row.weightBits == encoding.code.bits)
      }
      #expect(narrow.totals.arithmeticCost * 8 == wide.totals.arithmeticCost * encoding.code.bits)
    }
  }

  @Test func anUnknownEncodingIsNamedWithTheVersion() throws {
    var image = ImageBytes(intact: try ImageWriter(SampleGraphs.dense([40, 9], encodings: [.int4])).bytes())
    image.store(UInt8(77), at: image.place(.program) + 1)
    image.store(UInt16(9), at: 6)
    image.seal()
    let error = try #require(throws: ImageError.self) { try LoadedImage.validate(image.bytes) }
    let text = error.plainWords(of: image.bytes)
    let known = "1.\(ImageFormat.minorVersion)"
    #expect(text.contains("encoding number 77") && text.contains("has format 1.9") && text.contains(known))
  }
}
