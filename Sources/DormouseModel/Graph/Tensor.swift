/// Extent of an activation, `[height, width, channels]`, row-major, channels innermost; each 1 to 65535.
///
/// For sound, height is time. A frame stack is `[frames, 1, bands]`; a vector is `[1, 1, n]`.
public struct TensorShape: Equatable, Hashable, Sendable, Codable, CustomStringConvertible {
  /// Time.
  public var height: Int
  /// Bands, or 1.
  public var width: Int
  /// Features.
  public var channels: Int

  /// Memberwise.
  public init(height: Int = 1, width: Int = 1, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Elements.
  public var count: Int { height * width * channels }

  /// Such as `49x1x40`.
  public var description: String { "\(height)x\(width)x\(channels)" }
}

/// What int8 elements mean: `real = scale * (q - zeroPoint)`.
public struct Quantization: Equatable, Sendable {
  /// Positive and finite.
  public var scale: Double
  /// -128 to 127.
  public var zeroPoint: Int

  /// Memberwise.
  public init(scale: Double, zeroPoint: Int) {
    self.scale = scale
    self.zeroPoint = zeroPoint
  }
}

/// One int8 activation of a graph.
public struct Tensor: Equatable, Sendable {
  /// Only for messages; not stored in the image.
  public var name: String
  /// Extent.
  public var shape: TensorShape
  /// Meaning of the elements.
  public var quantization: Quantization

  /// Memberwise.
  public init(name: String, shape: TensorShape, quantization: Quantization) {
    self.name = name
    self.shape = shape
    self.quantization = quantization
  }
}
