import Dormouse

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

/// What elements mean: `real = scale * (q - zeroPoint)`; that of a bit is `scale` or `-scale`.
public struct Quantization: Equatable, Sendable {
  /// Positive and finite.
  public var scale: Double
  /// -128 to 127; 0 for bits and int16.
  public var zeroPoint: Int

  /// Memberwise.
  public init(scale: Double, zeroPoint: Int) {
    self.scale = scale
    self.zeroPoint = zeroPoint
  }
}

/// One activation of a graph.
public struct Tensor: Equatable, Sendable {
  /// Only for messages; not stored in the image.
  public var name: String
  /// Extent.
  public var shape: TensorShape
  /// Meaning of the elements.
  public var quantization: Quantization
  /// How the elements are stored.
  public var type: ElementType
  /// Where they lie: state keeps them from one inference to the next, and what lies in the image never changes.
  public var home: TensorHome
  /// The elements of a tensor in the image; empty for others.
  public var constant: [Int8]

  /// Memberwise.
  public init(
    name: String, shape: TensorShape, quantization: Quantization, type: ElementType = .int8,
    home: TensorHome = .activations, constant: [Int8] = []
  ) {
    self.name = name
    self.shape = shape
    self.quantization = quantization
    self.type = type
    self.home = home
    self.constant = constant
  }

  /// Bytes in the arena.
  public var byteLength: Int {
    switch type {
    case .int8: shape.count
    case .bits: 4 * shape.height * shape.width * SignWords.count(channels: shape.channels)
    case .int16: 2 * shape.count
    }
  }
}
