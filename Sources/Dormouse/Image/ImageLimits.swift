/// Bounds that images keep, so that no product of the validator or of a kernel overflows 32 bits.
public enum ImageLimits {
  /// Activation tensors.
  public static let tensors: UInt32 = 2048
  /// Layers of a program.
  public static let layers: UInt32 = 1024
  /// Network outputs.
  public static let labels: UInt32 = 1024
  /// Kernel extent, stride, dilation and padding.
  public static let window: UInt16 = 4095
  /// Elements of a tensor.
  public static let elements = 1 << 24
  /// Elements under one kernel window, over all channels.
  public static let windowElements = 1 << 23
  /// Bytes of the activation region.
  public static let activations: UInt32 = 1 << 28
}
