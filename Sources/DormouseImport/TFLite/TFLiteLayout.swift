import DormouseModel

/// How the dimensions of a tensor of a file become height, width and channels.
///
/// The last dimension is channels, those before it width and height; what is left must be 1. Of three dimensions, of which
/// the first is 1, the middle one is height: time, for sound.
struct TFLiteLayout: Equatable {
  /// The extents in order.
  let shape: TensorShape
  /// For each dimension 0 height, 1 width, 2 channels; nil for leading ones.
  let axes: [Int?]

  /// - Throws: `ImportError` naming `place`.
  init(_ dimensions: [Int], place: String) throws {
    let axes: [Int?]
    switch dimensions.count {
    case 0: axes = []
    case 1: axes = [2]
    case 2: axes = dimensions[0] == 1 ? [nil, 2] : [0, 2]
    case 3: axes = dimensions[0] == 1 ? [nil, 0, 2] : [0, 1, 2]
    default: axes = [Int?](repeating: nil, count: dimensions.count - 3) + [0, 1, 2]
    }
    var extents = [1, 1, 1]
    for (extent, axis) in zip(dimensions, axes) {
      guard (1...65535).contains(extent) else {
        throw ImportError(place, "has the shape \(dimensions)", remedy: "extents must be 1 to 65535")
      }
      if let axis {
        extents[axis] = extent
      } else if extent != 1 {
        throw ImportError(place, "has the shape \(dimensions)", remedy: "export the model for a batch of 1")
      }
    }
    guard extents[0] * extents[1] * extents[2] <= 1 << 24 else {
      throw ImportError(place, "has the shape \(dimensions)", remedy: "a tensor has at most 2^24 elements")
    }
    self.axes = axes
    shape = TensorShape(height: extents[0], width: extents[1], channels: extents[2])
  }

  /// The axis of dimension `dimension`, which counts from the end if it is negative; nil if it is a leading one.
  ///
  /// - Throws: `ImportError` if there is no such dimension.
  func axis(_ dimension: Int, _ operation: TFLiteOperator) throws -> Int? {
    let index = dimension < 0 ? dimension + axes.count : dimension
    guard axes.indices.contains(index) else {
      throw operation.error("names dimension \(dimension) of a tensor of \(axes.count)")
    }
    return axes[index]
  }
}

extension TensorShape {
  /// An extent by its axis: 0 height, 1 width, 2 channels.
  subscript(axis: Int) -> Int {
    get { axis == 0 ? height : axis == 1 ? width : channels }
    set {
      switch axis {
      case 0: height = newValue
      case 1: width = newValue
      default: channels = newValue
      }
    }
  }
}
