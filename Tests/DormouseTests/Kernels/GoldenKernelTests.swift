import Testing

@testable import Dormouse

/// Reference kernels and every fast path against LiteRT's reference kernels.
@Suite("Kernels equal LiteRT's reference kernels") struct GoldenKernelTests {
  @Test func dense() throws {
    try check("dense") { golden, input, constants, output, set in
      if let set {
        withScratch(Dense.scratchLength(inputs: input.count, Encoding.int8.code)) { scratch in
          Dense.run(input, constants, into: &output, scratch: scratch, on: set)
        }
      } else {
        Dense.reference(input, constants, into: &output)
      }
    }
  }

  @Test func convolution() throws {
    try check("convolution") { golden, input, constants, output, set in
      if let set {
        withScratch(Convolution.scratchLength(golden.geometry, Encoding.int8.code)) { scratch in
          Convolution.run(input, constants, golden.geometry, into: &output, scratch: scratch, on: set)
        }
      } else {
        Convolution.reference(input, constants, golden.geometry, into: &output)
      }
    }
  }

  @Test func depthwise() throws {
    try check("depthwise") { golden, input, constants, output, set in
      if let set {
        withScratch(0) { scratch in
          Depthwise.run(input, constants, golden.geometry, into: &output, scratch: scratch, on: set)
        }
      } else {
        Depthwise.reference(input, constants, golden.geometry, into: &output)
      }
    }
  }

  @Test func averagePool() throws {
    try check("average_pool") { golden, input, constants, output, set in
      if let set {
        AveragePool.run(input, constants, golden.geometry, into: &output, on: set)
      } else {
        AveragePool.reference(input, constants, golden.geometry, into: &output)
      }
    }
  }

  @Test func maxPool() throws {
    try check("max_pool") { golden, input, constants, output, set in
      if set != nil {
        MaxPool.run(input, constants, golden.geometry, into: &output)
      } else {
        MaxPool.reference(input, constants, golden.geometry, into: &output)
      }
    }
  }

  @Test func add() throws {
    try check("add") { golden, input, constants, output, set in
      let second = golden.inputs[1]
      if let set {
        Add.run(input, second.span, constants, into: &output, on: set)
      } else {
        Add.reference(input, second.span, constants, into: &output)
      }
    }
  }

  @Test func concatenation() throws {
    try check("concatenation") { golden, _, _, output, set in
      var offset = 0
      for (input, extent) in zip(golden.inputs, golden.extents) {
        var part = golden.geometry.input
        part[golden.axis] = extent
        if set == nil {
          Concatenation.reference(
            input.span, part, axis: golden.axis, at: offset, into: &output, golden.geometry.output)
        } else {
          Concatenation.run(input.span, part, axis: golden.axis, at: offset, into: &output, golden.geometry.output)
        }
        offset += extent
      }
    }
  }

  /// Runs `body` on every case of a file, with the reference (nil) and every instruction set.
  private func check(
    _ name: String,
    _ body: (GoldenCase, Span<Int8>, LayerConstants, inout MutableSpan<Int8>, InstructionSet?) -> Void
  ) throws {
    let cases = try GoldenCase.load(name)
    var saturated = 0
    var wrong = 0
    for golden in cases {
      for set in [nil] + InstructionSet.supported.map(Optional.some) {
        let input = golden.inputs[0]
        var output = [Int8](repeating: 0, count: golden.output.count)
        golden.layer.withConstants { constants in
          var span = output.mutableSpan
          body(golden, input.span, constants, &span, set)
        }
        let what = set.map { "\($0)" } ?? "reference"
        wrong += output == golden.output ? 0 : 1
        expectEqual(output, golden.output, "\(name) case \(golden.index) on \(what), \(golden.geometry)")
      }
      saturated += golden.output.count { $0 == golden.layer.outputMinimum || $0 == golden.layer.outputMaximum }
    }
    let outputs = cases.reduce(0) { $0 + $1.output.count }
    let sets = InstructionSet.supported.map(\.description).joined(separator: ", ")
    print("\(name): \(cases.count) LiteRT layers, \(outputs) outputs (\(saturated) at an end of their range), on the")
    print("  reference kernel, \(sets): \(wrong) layers differ")
  }
}
