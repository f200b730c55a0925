import DormouseModel
import Foundation

extension Graph {
  /// Reads a quantized TensorFlow Lite model.
  ///
  /// It computes what LiteRT's reference kernels compute, bit for bit; docs/importing.md lists the operators. The output is
  /// int8 also where the file has uint8 (shifted by 128) or reals.
  ///
  /// - Parameters:
  ///   - tflite: The file's bytes.
  ///   - settings: What the image holds beside the network.
  ///   - name: Name of the model if the settings have none.
  /// - Throws: `ImportError`, naming the operator, tensor or setting at fault and what to change.
  public init(tflite: Data, settings: ModelSettings = ModelSettings(), name: String = "model") throws {
    var importer = try TFLiteImporter(TFLiteFile(tflite))
    var network = try importer.run()
    // The detector computes posteriors from logits itself.
    if settings.detector != nil, let last = network.nodes.last, last.operation.kind == .softmax,
      last.output == network.output, network.nodes.count > 1
    {
      network.nodes.removeLast()
      network.tensors.remove(at: last.output)
      func moved(_ index: Int) -> Int { index > last.output ? index - 1 : index }
      for index in network.nodes.indices {
        network.nodes[index].inputs = network.nodes[index].inputs.map(moved)
        network.nodes[index].output = moved(network.nodes[index].output)
      }
      network.output = moved(last.inputs[0])
    }
    if settings.detector != nil, settings.labels?.count == 2 {
      network.nodes.replaceProbability(&network.tensors, output: &network.output)
    }
    let complete = try settings.completed(
      name: name, inputs: network.tensors[TFLiteImporter.input].shape.count,
      outputs: network.tensors[network.output].shape.count)
    self.init(
      name: complete.name ?? name, version: complete.version ?? "1", labels: complete.labels ?? [],
      frontEnd: complete.frontEnd, detector: complete.detector, tensors: network.tensors, nodes: network.nodes,
      input: TFLiteImporter.input, output: network.output)
    do {
      try check()
    } catch {
      throw ImportError(error.place, error.message)
    }
  }
}
