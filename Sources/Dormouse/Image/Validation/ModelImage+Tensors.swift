extension ModelImage {
  /// Checks one tensor by itself: type, shape, place in the activation region, lifetime within the program.
  func checkTensor(_ index: Int) throws(ImageError) {
    let record = tensor(index)
    let place = index &* MemoryLayout<TensorRecord>.size
    guard record.type == ElementType.int8.rawValue else { throw broken(.tensors, place, .badValue) }
    guard record.firstLayer <= record.lastLayer, Int(record.lastLayer) < layerCount else {
      throw broken(.tensors, place &+ 2, .badValue)
    }
    let (area, areaOverflow) = Int(record.height).multipliedReportingOverflow(by: Int(record.width))
    let (count, overflow) = area.multipliedReportingOverflow(by: Int(record.channels))
    guard !areaOverflow, !overflow, count >= 1, count <= ImageLimits.elements else {
      throw broken(.tensors, place &+ 6, .badShape)
    }
    guard record.arenaOffset & 15 == 0 else { throw broken(.tensors, place &+ 12, .misaligned) }
    guard ModelImage.fits(record.arenaOffset, UInt32(truncatingIfNeeded: count), in: program.activationLength) else {
      throw broken(.tensors, place &+ 12, .outOfBounds)
    }
    guard QuantizedMultiplier(multiplier: record.scaleMultiplier, shift: record.scaleShift).isValid else {
      throw broken(.tensors, place &+ 16, .badMultiplier)
    }
    guard record.reserved0 == 0, record.reserved1 == 0 else { throw broken(.tensors, place &+ 24, .reservedNotZero) }
  }

  /// Checks that every tensor has one writer, and that no two share a byte while both are in use.
  ///
  /// A tensor is in use from the layer that writes it (the network's input: from the first) to the last that reads it;
  /// `checkLayer` proves that layers keep to that.
  func checkLifetimes() throws(ImageError) {
    let head = program
    guard Int(tensor(Int(head.output)).lastLayer) == layerCount &- 1, head.input != head.output else {
      throw broken(.program, 2, .badValue)
    }
    guard tensor(Int(head.output)).count == labelCount else { throw broken(.program, 2, .badCount) }
    for index in 0..<tensorCount {
      let record = tensor(index)
      let place = index &* MemoryLayout<TensorRecord>.size
      if index == Int(head.input) {
        guard record.firstLayer == 0 else { throw broken(.tensors, place &+ 2, .badValue) }
      } else {
        guard Int(layer(Int(record.firstLayer)).output) == index else {
          throw broken(.tensors, place &+ 2, .readBeforeWrite)
        }
      }
      for other in 0..<index where tensor(other).isInUse(with: record) {
        guard tensor(other).isApart(from: record.arenaOffset, UInt32(truncatingIfNeeded: record.count)) else {
          throw broken(.tensors, place &+ 12, .overlap)
        }
      }
    }
  }
}

extension TensorRecord {
  /// Whether some layer has both tensors in use.
  @inline(__always)
  func isInUse(with other: TensorRecord) -> Bool {
    firstLayer <= other.lastLayer && other.firstLayer <= lastLayer
  }

  /// Whether the tensor shares no byte with a range of the activation region.
  func isApart(from offset: UInt32, _ length: UInt32) -> Bool {
    ModelImage.apart(arenaOffset, UInt32(truncatingIfNeeded: count), offset, length)
  }
}
