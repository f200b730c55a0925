/// A quantized model on the host: what importers produce and `ImageWriter` turns into a model image.
///
/// A graph says what a network computes in the terms in which it was trained: real scales, biases without anything
/// folded in. Passes derive from it what a device needs (fixed-point multipliers, folded zero points, padded weight
/// rows, arena offsets). Nodes are in order of execution; each tensor is written by one node, or is the input.
public struct Graph: Equatable, Sendable {
  /// Name of the model: 1 to 63 bytes of UTF-8.
  public var name: String
  /// Version of the model: 1 to 63 bytes of UTF-8.
  public var version: String
  /// One name a network output, in the order of the logits; each 1 to 63 bytes of UTF-8, all different.
  public var labels: [String]
  /// Front end that computes the network's input from sound; nil in a bare network, which takes any input.
  public var frontEnd: FrontEndSettings?
  /// How scores become detections; present exactly if `frontEnd` is.
  public var detector: DetectorSettings?
  /// Activations; nodes name them by index.
  public var tensors: [Tensor]
  /// Steps, in order of execution.
  public var nodes: [Node]
  /// Index of the tensor that takes the frames of one context.
  public var input: Int
  /// Index of the tensor of logits.
  public var output: Int

  /// Memberwise.
  public init(
    name: String, version: String, labels: [String], frontEnd: FrontEndSettings? = nil,
    detector: DetectorSettings? = nil,
    tensors: [Tensor], nodes: [Node], input: Int, output: Int
  ) {
    self.name = name
    self.version = version
    self.labels = labels
    self.frontEnd = frontEnd
    self.detector = detector
    self.tensors = tensors
    self.nodes = nodes
    self.input = input
    self.output = output
  }

  /// Appends a tensor and returns its index.
  public mutating func append(_ tensor: Tensor) -> Int {
    tensors.append(tensor)
    return tensors.count - 1
  }
}
