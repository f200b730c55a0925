extension AveragePool {
  /// The oracle of `run`: the mean of the window's elements, padding not counted, halves rounded away from zero.
  ///
  /// Same preconditions.
  public static func reference(
    _ input: Span<Int8>, _ constants: LayerConstants, _ geometry: Geometry, into output: inout MutableSpan<Int8>
  ) {
    var next = 0
    for y in 0..<geometry.output.height {
      for x in 0..<geometry.output.width {
        for channel in 0..<geometry.output.channels {
          var sum: Int32 = 0
          var count: Int32 = 0
          for i in 0..<geometry.kernelHeight {
            for j in 0..<geometry.kernelWidth {
              guard let index = geometry.inputIndex(y, x, i, j) else { continue }
              sum &+= Int32(input[index &+ channel])
              count &+= 1
            }
          }
          output[next] = constants.clamp((sum &+ (sum > 0 ? count / 2 : -(count / 2))) / count)
          next &+= 1
        }
      }
    }
  }
}

extension MaxPool {
  /// The oracle of `run`: the greatest of the window's elements, padding not counted.
  ///
  /// Same preconditions.
  public static func reference(
    _ input: Span<Int8>, _ constants: LayerConstants, _ geometry: Geometry, into output: inout MutableSpan<Int8>
  ) {
    var next = 0
    for y in 0..<geometry.output.height {
      for x in 0..<geometry.output.width {
        for channel in 0..<geometry.output.channels {
          var greatest = Int8.min
          for i in 0..<geometry.kernelHeight {
            for j in 0..<geometry.kernelWidth {
              guard let index = geometry.inputIndex(y, x, i, j) else { continue }
              greatest = max(greatest, input[index &+ channel])
            }
          }
          output[next] = constants.clamp(Int32(greatest))
          next &+= 1
        }
      }
    }
  }
}
