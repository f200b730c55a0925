import Dormouse

/// Lifetimes and offsets of a network's activations and kernel scratch within the arena's activation region, and offsets of
/// what it keeps in the state region.
public struct ActivationPlan: Equatable, Sendable {
  /// Layers in which a tensor is in use, one a tensor, first and last included.
  public var lifetimes: [ClosedRange<Int>]
  /// One a tensor.
  public var offsets: [Int]
  /// One a layer; 0 where a kernel needs none.
  public var scratchOffsets: [Int]
  /// Bytes of the state region.
  public var stateLength: Int
  /// Bytes of the region.
  public var length: Int
  /// Bytes that no plan can go below.
  public var lowerBound: Int

  /// Plans `graph`, whose `layers` say how much scratch they need.
  init(_ graph: Graph, layers: [LayerRecord], planner: MemoryPlanner = MemoryPlanner()) {
    lifetimes = ActivationPlan.lifetimes(graph)
    var buffers = zip(graph.tensors, lifetimes).map {
      MemoryPlanner.Buffer(length: $0.home == .activations ? $0.byteLength : 0, lifetime: $1)
    }
    var owners: [Int] = []
    for (index, layer) in layers.enumerated() where layer.scratchLength > 0 {
      buffers.append(MemoryPlanner.Buffer(length: Int(layer.scratchLength), lifetime: index...index))
      owners.append(index)
    }
    let plan = planner.plan(buffers)
    offsets = Array(plan.offsets.prefix(graph.tensors.count))
    scratchOffsets = [Int](repeating: 0, count: layers.count)
    for (position, owner) in owners.enumerated() {
      scratchOffsets[owner] = plan.offsets[graph.tensors.count + position]
    }
    stateLength = 0
    for (index, tensor) in graph.tensors.enumerated() where tensor.home == .state {
      offsets[index] = stateLength
      stateLength += ImageFormat.aligned(tensor.byteLength)
    }
    length = plan.length
    lowerBound = plan.lowerBound
  }

  /// From the layer that writes a tensor to the last one that reads it; the output lives until the end.
  private static func lifetimes(_ graph: Graph) -> [ClosedRange<Int>] {
    var first = [Int](repeating: 0, count: graph.tensors.count)
    for (layer, node) in graph.nodes.enumerated() { first[node.output] = layer }
    var last = first
    for (layer, node) in graph.nodes.enumerated() {
      for input in node.inputs { last[input] = layer }
    }
    last[graph.output] = graph.nodes.count - 1
    for (index, tensor) in graph.tensors.enumerated() where tensor.home != .activations {
      (first[index], last[index]) = (0, 0)
    }
    return zip(first, last).map { $0...$1 }
  }
}
