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
    try ModelSettings.check(result.name ?? "", "name")
    try ModelSettings.check(result.version ?? "", "version")
    guard labels.count == outputs else {
      throw ImportError(
        "labels", "are \(labels.count) for a network of \(outputs) outputs", remedy: "give one label an output")
    }
    for label in labels { try ModelSettings.check(label, "label") }
    guard Set(labels).count == labels.count else {
      throw ImportError("labels", "name two outputs the same", remedy: "make all different")
    }
    if let frontEnd {
      guard (1...1024).contains(frontEnd.bands), inputs.isMultiple(of: frontEnd.bands) else {
        throw ImportError(
          "front_end", "gives \(frontEnd.bands) bands a frame, which does not divide the network's \(inputs) inputs",
          remedy: "set bands to what the network was trained with")
      }
      guard let detector else {
        throw ImportError(
          "detector", "is missing for a model with a front end",
          remedy: "add stride, smoothing, refractory_ms and keywords to the metadata or the settings")
      }
      try detector.check(labels: labels)
    } else if detector != nil {
      throw ImportError("front_end", "is missing for a model with a detector", remedy: "add it, or leave both out")
    }
    return result
  }

  private static func check(_ text: String, _ place: String) throws {
    guard (1...63).contains(text.utf8.count) else {
      throw ImportError(place, "\(text.quoted) has \(text.utf8.count) bytes", remedy: "use 1 to 63")
    }
    guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
      throw ImportError(place, "\(text.quoted) holds control characters", remedy: "use printable text")
    }
  }
}

extension DetectorSettings {
  func check(labels: [String]) throws {
    func require(_ rule: Bool, _ problem: String, _ remedy: String) throws {
      if !rule { throw ImportError("detector", problem, remedy: remedy) }
    }
    try require((1...65535).contains(stride), "stride is \(stride)", "use 1 to 65535 hops")
    try require((1...64).contains(smoothing), "smoothing is \(smoothing)", "use 1 to 64 posteriors")
    try require(
      (0...3_600_000).contains(refractoryMilliseconds), "refractory_ms is \(refractoryMilliseconds)",
      "use 0 to 3600000 ms")
    for (label, keyword) in keywords.sorted(by: { $0.key < $1.key }) {
      try require(labels.contains(label), "keyword \(label.quoted) is no label", "use one of the labels")
      try require(
        (0...1).contains(keyword.threshold), "threshold of \(label.quoted) is \(keyword.threshold)", "use 0 to 1")
      try require(
        (1...65535).contains(keyword.minimumRun), "minimum_run of \(label.quoted) is \(keyword.minimumRun)",
        "use 1 to 65535")
    }
  }
}
