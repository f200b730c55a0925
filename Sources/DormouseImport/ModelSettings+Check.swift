import DormouseModel

extension ModelSettings {
  /// The settings with everything an image needs, checked against the network.
  ///
  /// - Parameters:
  ///   - outputs: Logits of the network.
  ///   - inputs: Elements that one inference reads.
  /// - Throws: `ImportError` naming the setting.
  func completed(name standardName: String, inputs: Int, outputs: Int) throws -> ModelSettings {
    var result = self
    result.name = name ?? standardName
    result.version = version ?? "1"
    let labels = labels ?? (0..<outputs).map { "class \($0)" }
    result.labels = labels
    guard labels.count == outputs else {
      throw ImportError(
        "labels", "are \(labels.count) for a network of \(outputs) outputs", remedy: "give one label an output")
    }
    if let frontEnd {
      guard (1...1024).contains(frontEnd.features), inputs.isMultiple(of: frontEnd.features) else {
        throw ImportError(
          "front_end",
          "gives \(frontEnd.features) \(frontEnd.featureName) a frame, which does not divide the network's \(inputs) inputs",
          remedy: "set \(frontEnd.featureName) to what the network was trained with")
      }
      guard detector != nil else {
        throw ImportError(
          "detector", "is missing for a model with a front end",
          remedy: "add stride, smoothing, refractory_ms and keywords to the metadata or the settings")
      }
    } else if detector != nil {
      throw ImportError("front_end", "is missing for a model with a detector", remedy: "add it, or leave both out")
    }
    return result
  }
}
