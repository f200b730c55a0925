import Dormouse

extension TensorRecord {
  /// The record of `tensor`, placed in memory and time by the planner.
  init(_ tensor: Tensor, lifetime: ClosedRange<Int> = 0...0, offset: Int = 0) throws(GraphError) {
    guard let scale = QuantizedMultiplier(rounding: tensor.quantization.scale), scale.multiplier > 0 else {
      throw GraphError(tensor.name, "scale \(tensor.quantization.scale) lies outside 2^-32 to 2^30")
    }
    self.init(
      type: tensor.type, zeroPoint: Int8(tensor.quantization.zeroPoint), firstLayer: UInt16(lifetime.lowerBound),
      lastLayer: UInt16(lifetime.upperBound), height: UInt16(tensor.shape.height), width: UInt16(tensor.shape.width),
      channels: UInt16(tensor.shape.channels), arenaOffset: UInt32(offset), scale: scale,
      home: tensor.home)
  }
}
