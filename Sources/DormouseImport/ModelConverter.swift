import DormouseModel
import Foundation

/// Trained models in, model images out.
public enum ModelConverter {
  /// The model image of a quantized ONNX model.
  ///
  /// - Parameters:
  ///   - onnx: The file's bytes.
  ///   - settings: What the image holds beside the network; wins over the file's metadata.
  ///   - name: Name of the model if neither says one, such as the file's.
  /// - Throws: `ImportError`, `GraphError` or `LogMelSettings.Problem`; each describes itself in one line that names the
  ///   place and says what to change.
  public static func image(
    onnx: Data, settings: ModelSettings = ModelSettings(), name: String = "model"
  ) throws -> [UInt8] {
    try ImageWriter(Graph(onnx: onnx, settings: settings, name: name)).bytes()
  }

  /// The model image of a quantized TensorFlow Lite model.
  ///
  /// - Parameters:
  ///   - tflite: The file's bytes.
  ///   - settings: What the image holds beside the network.
  ///   - name: Name of the model if the settings have none, such as the file's.
  /// - Throws: as for ONNX.
  public static func image(
    tflite: Data, settings: ModelSettings = ModelSettings(), name: String = "model"
  ) throws -> [UInt8] {
    try ImageWriter(Graph(tflite: tflite, settings: settings, name: name)).bytes()
  }

  /// The model image of a microWakeWord model.
  ///
  /// - Parameters:
  ///   - tflite: The file's bytes.
  ///   - manifest: The JSON beside it.
  ///   - settings: Entries that win over the manifest's.
  ///   - name: Name of the model if the settings have none, such as the file's.
  /// - Throws: as for ONNX.
  public static func image(
    tflite: Data, manifest: MicroManifest, settings: ModelSettings = ModelSettings(), name: String = "model"
  ) throws -> [UInt8] {
    guard TFLiteFile.isTFLite(tflite) else {
      throw ImportError("manifest", "is beside a file that is not .tflite", remedy: "leave it out for ONNX")
    }
    let bare = try Graph(tflite: tflite, name: name)
    let input = bare.tensors[bare.input]
    let described = try manifest.settings(inputs: input.shape.count, quantization: input.quantization)
    return try image(tflite: tflite, settings: described.overridden(by: settings), name: name)
  }

  /// The model image of a file of either format, which its content tells.
  ///
  /// - Throws: as the others do.
  public static func image(
    file: Data, settings: ModelSettings = ModelSettings(), name: String = "model"
  ) throws -> [UInt8] {
    TFLiteFile.isTFLite(file)
      ? try image(tflite: file, settings: settings, name: name) : try image(onnx: file, settings: settings, name: name)
  }
}
