import Dormouse
import DormouseModel

/// CONCATENATION, SPLIT, SPLIT_V, STRIDED_SLICE, PAD, RESHAPE, SQUEEZE, EXPAND_DIMS.
extension TFLiteImporter {
  mutating func concatenation(_ operation: TFLiteOperator) throws {
    guard try operation.option(1, Int8(0)) == 0 else { throw operation.error("has a fused activation") }
    let layout = try TFLiteLayout(target(operation).shape, place: target(operation).place)
    guard let axis = try layout.axis(operation.option(0, Int32(0)), operation) else {
      throw operation.error("joins batches")
    }
    guard (1...64).contains(operation.inputs.count) else {
      throw operation.error("has \(operation.inputs.count) inputs; 1 to 64 can be had")
    }
    var parts: [Int] = []
    for position in operation.inputs.indices {
      // Of three dimensions the first may be 1 in an input alone.
      let source = try source(operation, position)
      guard source.shape.count == layout.axes.count else {
        throw operation.error("joins \(source.place) of \(source.shape.count) dimensions to \(layout.axes.count)")
      }
      var shape = TensorShape(channels: 1)
      for (extent, axis) in zip(source.shape, layout.axes) {
        if let axis { shape[axis] = extent }
      }
      parts.append(try read(operation, position, as: shape))
    }
    if parts.count == 1 { return try alias(operation, value(operation, 0)) }
    let output = try make(operation)
    while parts.count > 4 {
      var joined = tensors[parts[0]]
      joined.shape[axis] = parts[..<4].reduce(0) { $0 + tensors[$1].shape[axis] }
      joined.home = .activations
      joined.constant = []
      tensors.append(joined)
      emit(operation, .concatenation(axis: axis), Array(parts[..<4]), tensors.count - 1)
      parts.replaceSubrange(..<4, with: [tensors.count - 1])
    }
    emit(operation, .concatenation(axis: axis), parts, output)
  }

  mutating func split(_ operation: TFLiteOperator) throws {
    let isEven = operation.code.name == "SPLIT"
    let (data, axisInput) = isEven ? (1, 0) : (0, 2)
    let dimensions = try source(operation, axisInput).integers(most: 1)
    let layout = try value(operation, data).layout
    guard dimensions.count == 1, let axis = try layout.axis(dimensions[0], operation) else {
      throw operation.error("splits batches")
    }
    let input = try read(operation, data)
    let extent = tensors[input].shape[axis]
    guard !operation.outputs.isEmpty else { throw operation.error("has no outputs") }
    var sizes: [Int]
    if isEven {
      guard extent.isMultiple(of: operation.outputs.count) else {
        throw operation.error("splits \(extent) into \(operation.outputs.count) equal parts")
      }
      sizes = [Int](repeating: extent / operation.outputs.count, count: operation.outputs.count)
    } else {
      sizes = try source(operation, 1).integers(most: 256)
      // One size may be left to be what is left.
      if let open = sizes.firstIndex(of: -1) { sizes[open] = extent - sizes.reduce(1, &+) }
    }
    guard sizes.count == operation.outputs.count, sizes.allSatisfy({ (1...65535).contains($0) }),
      sizes.reduce(0, +) == extent
    else { throw operation.error("splits \(extent) into \(sizes) for \(operation.outputs.count) outputs") }
    var first = 0
    for (position, size) in sizes.enumerated() {
      var shape = tensors[input].shape
      shape[axis] = size
      try cut(operation, input, at: first, axis: axis, shape, output: position)
      first += size
    }
  }

  private mutating func cut(
    _ operation: TFLiteOperator, _ input: Int, at first: Int, axis: Int, _ shape: TensorShape, output position: Int
  ) throws {
    let output = try make(operation, position, shape: shape)
    let rectangle = Rectangle(
      row: axis == 0 ? first : 0, column: axis == 1 ? first : 0, channel: axis == 2 ? first : 0)
    emit(operation, .crop(rectangle), [input], output)
  }

  mutating func stridedSlice(_ operation: TFLiteOperator) throws {
    let value = try value(operation, 0)
    let source = try source(operation, 0)
    let lists = try (1...3).map { try self.source(operation, $0).integers(most: 8) }
    let masks = try (0..<5).map { try operation.option($0, Int32(0)) }
    let rank = source.shape.count
    guard masks[2] == 0, masks[3] == 0 else { throw operation.error("has an ellipsis or adds dimensions") }
    guard lists.allSatisfy({ $0.count == rank }) else {
      throw operation.error("names \(lists.map(\.count)) places in a tensor of \(rank) dimensions")
    }
    var rectangle = Rectangle()
    var shape = value.layout.shape
    for dimension in 0..<rank {
      let extent = source.shape[dimension]
      func has(_ mask: Int) -> Bool { masks[mask] >> dimension & 1 != 0 }
      func place(_ index: Int) -> Int { min(max(index < 0 ? index &+ extent : index, 0), extent) }
      let step = lists[2][dimension]
      guard (1...1024).contains(step) else { throw operation.error("steps by \(step); 1 to 1024 can be had") }
      let start = has(0) && !has(4) ? 0 : place(lists[0][dimension])
      let end = has(4) ? start + 1 : has(1) ? extent : place(lists[1][dimension])
      let count = has(4) ? 1 : (end - start + step - 1) / step
      guard start < extent, end <= extent, count >= 1 else {
        throw operation.error("takes nothing out of dimension \(dimension) of \(source.place)")
      }
      switch value.layout.axes[dimension] {
      case 0: (rectangle.row, rectangle.strideHeight, shape.height) = (start, step, count)
      case 1: (rectangle.column, rectangle.strideWidth, shape.width) = (start, step, count)
      case 2:
        guard step == 1 else { throw operation.error("takes every \(step)th channel") }
        (rectangle.channel, shape.channels) = (start, count)
      default: break
      }
    }
    if shape == value.layout.shape { return try alias(operation, value) }
    let input = try read(operation, 0)
    emit(operation, .crop(rectangle), [input], try make(operation, shape: shape))
  }

  mutating func pad(_ operation: TFLiteOperator) throws {
    let layout = try value(operation, 0).layout
    let paddings = try source(operation, 1).integers(most: 16)
    guard paddings.count == 2 * layout.axes.count, paddings.allSatisfy({ (0...65535).contains($0) }) else {
      throw operation.error("has the paddings \(paddings.prefix(16)) for \(layout.axes.count) dimensions")
    }
    var shape = layout.shape
    var rectangle = Rectangle()
    for (dimension, axis) in layout.axes.enumerated() {
      let (before, after) = (paddings[2 * dimension], paddings[2 * dimension + 1])
      switch axis {
      case 0: rectangle.row = -before
      case 1: rectangle.column = -before
      default:
        guard before == 0, after == 0 else { throw operation.error("pads batches or channels") }
      }
      if let axis { shape[axis] += before + after }
    }
    let input = try read(operation, 0)
    emit(operation, .crop(rectangle), [input], try make(operation, shape: shape))
  }

  mutating func reshape(_ operation: TFLiteOperator) throws {
    let value = try value(operation, 0)
    let (source, target) = (try source(operation, 0), try target(operation))
    if source.type != .float32 {
      guard source.type == target.type, try quantization(of: target) == tensors[value.tensor].quantization else {
        throw operation.error("turns \(source.place) into \(target.place) of another type or scale")
      }
    }
    try alias(operation, value)
  }
}
