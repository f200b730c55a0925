/// Dense layers in 32-bit floating point, one after the other, with rectification between them.
public struct FloatNetwork {
  private let parameters: UnsafePointer<Float>
  private let widths: UnsafePointer<Int32>
  private let layers: Int

  /// A network of `layers` layers.
  ///
  /// `widths` holds the elements of the input and of every layer's output; `parameters` the weights `[outputs][inputs]`
  /// and then the biases of each layer.
  public init(parameters: UnsafePointer<Float>, widths: UnsafePointer<Int32>, layers: Int) {
    self.parameters = parameters
    self.widths = widths
    self.layers = layers
  }

  /// Floats of scratch that a run needs: two vectors as wide as the widest layer's output.
  public var scratchCount: Int {
    var widest = 0
    for layer in 0..<layers { widest = max(widest, width(layer &+ 1)) }
    return 2 &* widest
  }

  /// Runs all layers; `scratch` has room for `scratchCount` floats.
  public func run(
    _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    var source = input
    var next = parameters
    let half = scratchCount / 2
    for layer in 0..<layers {
      let isLast = layer &+ 1 == layers
      let dense = FloatDense(
        parameters: next, inputs: width(layer), outputs: width(layer &+ 1), isRectified: !isLast)
      let target = isLast ? output : scratch + (layer & 1) &* half
      dense.run(source, into: target)
      next += dense.parameterCount
      source = UnsafePointer(target)
    }
  }

  private func width(_ index: Int) -> Int { Int(widths[index]) }
}
