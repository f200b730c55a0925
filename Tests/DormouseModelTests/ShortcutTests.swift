import Dormouse
import DormouseModel
import DormouseMutation
import Testing

@Suite("Shortcuts") struct ShortcutTests {
  /// Bits through two convolutions to int16, whose results are added, binarized and summed up.
  private func graph(seed: UInt64) -> Graph {
    var random = Random(seed: seed)
    let shape = TensorShape(height: 9, channels: 35)
    var graph = Graph(
      name: "sample", version: "1", labels: ["a", "b"],
      tensors: [Tensor(name: "in", shape: shape, quantization: Quantization(scale: 1, zeroPoint: 0), type: .bits)],
      nodes: [], input: 0, output: 0)
    func signs(_ outputs: Int, _ perRow: Int) -> Weights {
      Weights(
        values: (0..<outputs * perRow).map { _ in random.chance(50) ? 1 : -1 },
        // Large steps, so that sums saturate now and then.
        scales: (0..<outputs).map { _ in Double(1 + random.below(400)) }, biases: [Int32](repeating: 3, count: outputs),
        encoding: .binary)
    }
    func add(_ name: String, _ operation: NodeOperation, _ inputs: [Int], _ type: ElementType) -> Int {
      let output = graph.append(
        Tensor(name: name, shape: shape, quantization: Quantization(scale: 1, zeroPoint: 0), type: type))
      graph.nodes.append(Node(name: name, operation: operation, inputs: inputs, output: output))
      return output
    }
    let window = Window(kernelHeight: 5, kernelWidth: 1, padTop: 2)
    let first = add("first", .convolution(signs(35, 175), window), [0], .int16)
    let second = add("second", .convolution(signs(35, 175), window), [0], .int16)
    let sum = add("sum", .add, [first, second], .int16)
    let bits = add("bits", .binarize, [sum], .bits)
    graph.nodes[3].thresholds = Thresholds(
      values: (0..<35).map { _ in Int32(random.below(65536)) - 32768 }, polarities: [Int32](repeating: 1, count: 35))
    graph.output = graph.append(
      Tensor(name: "logits", shape: TensorShape(channels: 2), quantization: Quantization(scale: 1, zeroPoint: 0)))
    var weights = signs(2, 315)
    weights.scales = [0.4, 0.4]
    graph.nodes.append(Node(name: "logits", operation: .dense(weights), inputs: [bits], output: graph.output))
    return graph
  }

  @Test func becomePartOfTheLayerBeforeThemAndChangeNothing() throws {
    for seed in 0..<20 as Range<UInt64> {
      let plain = graph(seed: seed)
      let fused = plain.fusingShortcuts()
      #expect(fused.nodes.map { "\($0.operation.kind)" } == ["convolution", "convolution", "binarize", "dense"])
      #expect(fused.nodes[1].inputs == [0, 1] && fused.tensors.count == plain.tensors.count - 1)
      var random = Random(seed: seed + 100)
      let input = (0..<9).flatMap { _ in [UInt32(truncatingIfNeeded: random.next()), UInt32(random.below(8))] }
      #expect(try logits(plain, input) == logits(fused, input))
    }
  }

  @Test func stayAdditionsWhereATermIsReadTwice() {
    var twice = graph(seed: 1)
    // The binarized tensor is one of the terms, so it has to stay; the other one is made too early to take it in.
    twice.nodes[3].inputs = [2]
    let fused = twice.fusingShortcuts()
    #expect(fused.nodes.contains { $0.operation == .add })
  }

  private func logits(_ graph: Graph, _ input: [UInt32]) throws -> [Int8] {
    let loaded = try LoadedImage(bytes: ImageWriter(graph).bytes())
    let arena = UnsafeMutableRawPointer.allocate(byteCount: loaded.image.arenaLength, alignment: 16)
    defer { arena.deallocate() }
    let network = Network(image: loaded.image, activations: arena)
    input.withUnsafeBytes { UnsafeMutableRawBufferPointer(network.input).copyMemory(from: $0) }
    network.run()
    return Array(network.output)
  }
}
