import DormouseModel
import Foundation
import Testing

@testable import DormouseImport

@Suite("ONNX files that are broken at random")
struct MutationTests {
  /// Small, seeded, and the same everywhere.
  struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var word = state
      word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
      word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
      return word ^ (word >> 31)
    }
  }

  /// Whether a file becomes an image; false if it is refused as it should be. Throws any other error.
  func isConverted(_ data: Data) throws -> Bool {
    do {
      _ = try ModelConverter.image(onnx: data)
      return true
    } catch is ImportError {
      return false
    } catch is GraphError {
      return false
    } catch is LogMelSettings.Problem {
      return false
    }
  }

  @Test(
    "500 mutations of every fixture give an image or an error in plain words, never a crash",
    arguments: Fixture.all + Fixture.exported)
  func mutatedBytesAreConvertedOrRefused(fixture: Fixture) throws {
    let original = try fixture.model()
    var generator = Generator(state: fixture.name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
    var converted = 0
    var refused = 0
    for _ in 0..<500 {
      var data = original
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<data.count, using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: data[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: data[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 2: data[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator)!
        case 3: data.removeSubrange(place..<min(place + Int.random(in: 1...8, using: &generator), data.count))
        case 4: data.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        default: data = data.prefix(max(place, 1))
        }
        if data.isEmpty { data = Data([0]) }
        data = Data(data)
      }
      if try isConverted(data) { converted += 1 } else { refused += 1 }
    }
    #expect(converted + refused == 500)
    #expect(converted > 0 && refused > 0)
  }

  @Test("structured mutations: each attribute, extent and name of a file in turn")
  func mutatedFieldsAreConvertedOrRefused() throws {
    var tried = 0
    for name in ["dense_forms", "dense_qonnx", "temporal", "dscnn", "rescaled"] {
      let fixture = Fixture(name: name)
      let original = try Onnx_ModelProto(serializedBytes: fixture.model())
      func attempt(_ change: (inout Onnx_ModelProto) -> Void) throws {
        var model = original
        change(&model)
        let data: Data = try model.serializedData()
        _ = try isConverted(data)
        tried += 1
      }
      let numbers: [Int64] = [.min, -65536, -2, -1, 0, 1, 2, 3, 255, 65535, 65536, 1 << 31, 1 << 40, .max]
      for node in original.graph.node.indices {
        try attempt { $0.graph.node.remove(at: node) }
        try attempt { $0.graph.node[node].input = [] }
        try attempt { $0.graph.node[node].output = [] }
        try attempt { $0.graph.node[node].attribute = [] }
        for operation in Set(original.graph.node.map(\.opType)) {
          try attempt { $0.graph.node[node].opType = operation }
        }
        for (index, attribute) in original.graph.node[node].attribute.enumerated() {
          for number in numbers {
            try attempt { $0.graph.node[node].attribute[index].i = number }
            for position in attribute.ints.indices {
              try attempt { $0.graph.node[node].attribute[index].ints[position] = number }
            }
          }
        }
      }
      for tensor in original.graph.initializer.indices {
        for type in Int32(0)...12 { try attempt { $0.graph.initializer[tensor].dataType = type } }
        for number in numbers {
          try attempt { $0.graph.initializer[tensor].dims = [number] }
          try attempt { $0.graph.initializer[tensor].dims = [number, number, 0] }
          let word = withUnsafeBytes(of: number) { Data($0) }
          try attempt {
            let length = $0.graph.initializer[tensor].rawData.count
            $0.graph.initializer[tensor].rawData.replaceSubrange(0..<min(8, length), with: word.prefix(length))
          }
        }
      }
      for axis in original.graph.input[0].type.tensorType.shape.dim.indices {
        for number in numbers {
          try attempt { $0.graph.input[0].type.tensorType.shape.dim[axis].dimValue = number }
        }
      }
    }
    print("tried \(tried) structured mutations")
    #expect(tried > 5_000)
  }
}
