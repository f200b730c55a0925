import DormouseModel
import Foundation

extension Graph {
  /// Reads a quantized ONNX model.
  ///
  /// Quantization is by QuantizeLinear and DequantizeLinear pairs or by QONNX Quant nodes; activations are int8 or uint8,
  /// weights symmetric int8 by tensor or by output channel. The input is kept as the front end delivers it, frame by
  /// frame with the bands innermost, also where the file takes bands first.
  ///
  /// - Parameters:
  ///   - onnx: The file's bytes.
  ///   - settings: What the image holds beside the network; wins over the file's metadata.
  ///   - name: Name of the model if neither says one.
  /// - Throws: `ImportError`, naming the node or setting at fault and what to change.
  public init(onnx: Data, settings: ModelSettings = ModelSettings(), name: String = "model") throws {
    let file = try OnnxFile(onnx)
    let described = try ModelSettings(metadata: file.metadata).overridden(by: settings)
    let network = try OnnxImporter(file, bands: described.frontEnd?.features).run()
    let complete = try described.completed(
      name: name, inputs: network.tensors[OnnxImporter.inputTensor].shape.count,
      outputs: network.tensors[network.output].shape.count)
    self.init(
      name: complete.name ?? name, version: complete.version ?? "1", labels: complete.labels ?? [],
      frontEnd: complete.frontEnd, detector: complete.detector, tensors: network.tensors, nodes: network.nodes,
      input: OnnxImporter.inputTensor, output: network.output)
    self = fusingShortcuts()
    do {
      try check()
    } catch {
      throw ImportError(error.place, error.message)
    }
  }
}
