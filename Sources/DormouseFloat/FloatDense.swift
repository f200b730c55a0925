/// Every output sees every input, in 32-bit floating point: what the integer kernels are measured against.
///
/// For benchmarks only; nothing that runs on a device needs it. It is written as one would write it in C, and left to
/// the compiler.
public struct FloatDense {
  /// `[outputs][inputs]`, then a bias an output.
  public let parameters: UnsafePointer<Float>
  /// Elements of an input vector.
  public let inputs: Int
  /// Elements of the result.
  public let outputs: Int
  /// Whether negative results become zero.
  public let isRectified: Bool

  /// Memberwise.
  public init(parameters: UnsafePointer<Float>, inputs: Int, outputs: Int, isRectified: Bool) {
    self.parameters = parameters
    self.inputs = inputs
    self.outputs = outputs
    self.isRectified = isRectified
  }

  /// Weights and biases.
  @inline(__always)
  public var parameterCount: Int { (inputs &+ 1) &* outputs }

  /// `results[o] = biases[o] + sum_i weights[o][i] * vector[i]`, each product added with a single rounding.
  public func run(_ vector: UnsafePointer<Float>, into results: UnsafeMutablePointer<Float>) {
    let biases = parameters + inputs &* outputs
    var row = parameters
    var output = 0
    while output < outputs {
      var sum = biases[output]
      var index = 0
      while index < inputs {
        sum.addProduct(row[index], vector[index])
        index = index &+ 1
      }
      results[output] = isRectified && sum < 0 ? 0 : sum
      row += inputs
      output = output &+ 1
    }
  }
}
