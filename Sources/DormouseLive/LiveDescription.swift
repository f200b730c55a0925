import Dormouse
import DormouseModel

/// A model's card, for viewers. As JSON its keys are in snake case.
public struct LiveDescription: Sendable, Codable {
  /// What a label needs.
  public struct Keyword: Sendable, Codable {
    /// The word.
    public var label: String
    /// 0 to 1; nil where the label is never reported (silence, unknown).
    public var threshold: Double?
    /// Inferences in a row that must reach it.
    public var minimumRun: Int
  }

  /// What the model hears.
  public struct FrontEnd: Sendable, Codable {
    /// "log-mel" or "analog-binary".
    public var kind: String
    /// Hz.
    public var sampleRate: Int
    /// Samples.
    public var window: Int
    /// Samples.
    public var hop: Int
    /// Bands, or channels of bits.
    public var features: Int
    /// Frames that an inference sees.
    public var context: Int
    /// Hops between inferences.
    public var stride: Int
    /// Channels of `LiveUpdate.bits`.
    public var bitChannels: Int
    /// Samples from one frame of `LiveUpdate.bits` to the next.
    public var bitHop: Int
  }

  /// Name of the model.
  public var name: String
  /// Its version.
  public var version: String
  /// Every label, in the order of scores.
  public var keywords: [Keyword]
  /// Posteriors that are averaged, as the model has it.
  public var smoothing: Int
  /// What the model hears.
  public var frontEnd: FrontEnd
  /// A row a layer; of a cascade, the network that always runs.
  public var layers: [LayerTable.Row]
  /// Sums over the layers.
  public var totals: LayerTable.Totals
  /// What is listened to: a device or a file.
  public var source: String
  /// Pairs of `LiveUpdate.waveform` that a second of sound gives.
  public var pairsPerSecond: Int

  /// The card of `image`, which has a front end, listening to `source`.
  public init(_ image: ModelImage, source: String) {
    let table = LayerTable(image)
    let shape = image.frontEnd
    let hearsBits = shape.type == .bits
    name = table.name
    version = table.version
    keywords = table.labels.enumerated().map { index, label in
      let keyword = image.keywords[index]
      return Keyword(
        label: label, threshold: keyword.isReported ? Double(keyword.threshold) / 32768 : nil,
        minimumRun: Int(keyword.minimumRun))
    }
    smoothing = Int(image.detector.smoothing)
    frontEnd = FrontEnd(
      kind: hearsBits ? "analog-binary" : "log-mel", sampleRate: shape.sampleRate, window: shape.window, hop: shape.hop,
      features: shape.features, context: Int(image.program.context), stride: Int(image.program.stride),
      bitChannels: hearsBits ? shape.features : EmulatedBank.channels,
      bitHop: hearsBits ? shape.hop : EmulatedBank.hop(sampleRate: shape.sampleRate))
    layers = table.rows
    totals = table.totals
    self.source = source
    pairsPerSecond = Waveform.pairsPerSecond
  }
}
