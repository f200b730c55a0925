import DormouseModel
import Foundation
import Testing

@testable import DormouseImport

/// Models of `tools/golden/make_tflite_fixtures.py` with vectors of LiteRT's reference kernels.
private let kinds = [
  "dense", "convolution", "depthwise", "pool", "mean", "elementwise", "shapes", "unary", "stream", "network",
]

private func fixture(_ kind: String, _ part: String) throws -> Data {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
  return try Data(contentsOf: folder.appendingPathComponent("tflite_\(kind).\(part)"))
}

@Suite("TensorFlow Lite models compute what LiteRT's reference kernels compute")
struct TFLiteTests {
  @Test("every output of every fixture is exact, states from run to run included", arguments: kinds)
  func convertedFixtureMatches(kind: String) throws {
    let runner = try Runner(image: ModelConverter.image(tflite: fixture(kind, "tflite")))
    let outputs = runner.outputs(of: try fixture(kind, "input").map { Int8(bitPattern: $0) })
    #expect(try outputs == fixture(kind, "output").map { Int8(bitPattern: $0) })
    #expect(!outputs.isEmpty)
  }

  @Test("a network that is made anew has forgotten")
  func newNetworkStartsWithZeros() throws {
    let image = try ModelConverter.image(tflite: fixture("stream", "tflite"))
    let inputs = try fixture("stream", "input").map { Int8(bitPattern: $0) }
    let outputs = try Runner(image: image).outputs(of: inputs)
    #expect(try Runner(image: image).outputs(of: inputs) == outputs)
  }

  @Test("600 mutations of every fixture give an image or an error in plain words, never a crash", arguments: kinds)
  func mutatedBytesAreConvertedOrRefused(kind: String) throws {
    let original = try fixture(kind, "tflite")
    var generator = MutationTests.Generator(state: kind.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
    var converted = 0
    for _ in 0..<600 {
      var data = original
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 8..<data.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: data[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: data[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 2: data[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator)!
        default: data = Data(data.prefix(max(place, 9)))
        }
      }
      do {
        _ = try ModelConverter.image(tflite: data)
        converted += 1
      } catch is ImportError {
      } catch is GraphError {}
    }
    #expect((1..<600).contains(converted))
  }

  @Test("tables that point at themselves, and lists without end, are refused")
  func absurdFilesAreRefused() {
    func isRefused(_ bytes: [UInt8]) -> Bool {
      do {
        _ = try ModelConverter.image(tflite: Data(bytes))
        return false
      } catch { return error is ImportError }
    }
    let head: [UInt8] = [8, 0, 0, 0] + Array("TFL3".utf8)
    #expect(isRefused([]))
    #expect(isRefused(head))
    // A table whose description is the table itself, and one that lies before the file.
    #expect(isRefused(head + [0, 0, 0, 0]))
    #expect(isRefused(head + [0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0]))
    #expect(isRefused(head + [0, 0, 0, 0x80, 0, 0, 0, 0]))
    #expect(isRefused([0xFF, 0xFF, 0xFF, 0xFF] + Array("TFL3".utf8) + [UInt8](repeating: 0, count: 64)))
    #expect(isRefused(head + [UInt8](repeating: 0xFF, count: 4096)))
  }
}
