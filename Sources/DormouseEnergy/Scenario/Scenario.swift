import Foundation

/// What is simulated: device, front end, model, battery, and what there is to hear; a JSON file in `power/scenarios`.
public struct Scenario: Sendable, Equatable {
  /// A stretch of a day.
  public struct Duty: Sendable, Equatable {
    /// What is heard, for people: "silence", "noise", "speech".
    public let sound: String
    /// Hours of a day.
    public let hours: Double
    /// A recording to measure the rates with; nil if they are given.
    public let recording: String?
    /// Seconds of it; nil for all.
    public let seconds: Double?
    /// Given, or to be replaced by what is measured.
    public let rates: Rates
    /// Which rates the file gives.
    public let given: Set<String>

    /// - Parameters:
    ///   - sound: for people.
    ///   - hours: of a day.
    ///   - recording: to measure with.
    ///   - seconds: of it.
    ///   - rates: as far as they are known.
    ///   - given: which of them are.
    public init(
      sound: String, hours: Double, recording: String? = nil, seconds: Double? = nil, rates: Rates = Rates(),
      given: Set<String> = []
    ) {
      self.sound = sound
      self.hours = hours
      self.recording = recording
      self.seconds = seconds
      self.rates = rates
      self.given = given
    }
  }

  /// For people.
  public var name: String
  /// Profile of the microcontroller: a name or a path, as are the following.
  public var device: String
  /// Megahertz; nil for the clock that takes the least.
  public var clock: Double?
  /// Profile of the microphone.
  public var microphone: String
  /// Profile of the analog parts; nil for a front end that takes samples.
  public var bank: String?
  /// The core runs all the time, as firmware does that copies samples itself.
  public var awake = false
  /// Image, or name of a model.
  public var model: String
  /// Profile of the battery.
  public var battery: String
  /// Hops of samples that RAM has room for while an inference runs; nil for as many as a stride has.
  public var buffers: Int?
  /// Seconds from one inference to the next; nil for the model's stride.
  public var inferenceEvery: Double?
  /// Detections an hour that are meant.
  public var wakeWords = 0.0
  /// Joules that the application spends on each.
  public var application = 0.0
  /// What a day is made of.
  public var duty: [Duty]

  /// A scenario from its parts.
  public init(
    name: String, device: String, microphone: String, bank: String? = nil, model: String, battery: String,
    duty: [Duty]
  ) {
    self.name = name
    self.device = device
    self.microphone = microphone
    self.bank = bank
    self.model = model
    self.battery = battery
    self.duty = duty
  }

  /// Reads a scenario; `place` is what errors call it.
  public init(json: Data, place: String) throws(PowerError) {
    self = try Fields(json: json, place: place).whole { fields throws(PowerError) in try Scenario(fields) }
  }

  private init(_ fields: Fields) throws(PowerError) {
    name = try fields.text("name")
    device = try fields.text("device")
    clock = try fields.has("clock_mhz") ? fields.number("clock_mhz", 0.03...2000) : nil
    microphone = try fields.text("microphone")
    bank = try fields.has("bank") ? fields.text("bank") : nil
    awake = try fields.flag("awake")
    model = try fields.text("model")
    battery = try fields.text("battery")
    buffers = try fields.has("buffers") ? Int(fields.number("buffers", 1...10_000)) : nil
    inferenceEvery = try fields.has("inference_every_s") ? fields.number("inference_every_s", 0.001...3600) : nil
    wakeWords = try fields.has("wake_words_per_hour") ? fields.number("wake_words_per_hour", 0...3600) : 0
    application = try fields.has("application_mj") ? fields.number("application_mj", 0...1e9) / 1000 : 0
    duty = try fields.objects("duty") { fields throws(PowerError) in try Duty(fields) }
    let hours = duty.reduce(0) { $0 + $1.hours }
    guard hours > 0, hours <= 24 + 1e-9 else {
      throw fields.problem("duty", "has \(String(format: "%g", hours)) hours; a day has more than 0 and at most 24")
    }
  }
}

extension Scenario.Duty {
  fileprivate init(_ fields: Fields) throws(PowerError) {
    sound = try fields.text("sound")
    hours = try fields.number("hours", 0...24)
    recording = try fields.has("recording") ? fields.text("recording") : nil
    seconds = try fields.has("seconds") ? fields.number("seconds", 0.1...36_000) : nil
    if seconds != nil && recording == nil { throw fields.problem("seconds", "needs a 'recording' to be of") }
    var rates = Rates()
    var given: Set<String> = []
    for (key, path, range) in [
      ("listening", \Rates.listening, 0.0...1.0), ("inferring", \Rates.inferring, 0.0...1.0),
      ("verified", \Rates.verified, 0.0...1.0), ("edges_per_second", \Rates.edges, 0.0...1e5),
    ] where fields.has(key) {
      rates[keyPath: path] = try fields.number(key, range)
      given.insert(key)
    }
    self.rates = rates
    self.given = given
  }
}
