import Dormouse

/// How long the parts of one model take on this machine. Durations are nanoseconds, the best of several rounds.
struct Measurement: Encodable {
  /// One layer of the network.
  struct Layer: Encodable {
    let index: Int
    let operation: String
    /// An inference.
    let time: Double
    /// Of the sum of all layers.
    var share: Double
  }

  let name: String
  let instructionSet: String
  /// Seconds of sound heard in one second, front end, network and detector together.
  let realtimeFactor: Double
  /// A frame.
  let frontEnd: Double
  /// An inference.
  let network: Double
  let layers: [Layer]

  /// Measures; each part takes about `seconds`.
  init(_ model: Model, seconds: Double) throws {
    defer { withExtendedLifetime(model) {} }
    let image = model.image
    name = model.loaded.name
    instructionSet = InstructionSet.best.name
    realtimeFactor = try Measurement.realtimeFactor(model, seconds: seconds)
    frontEnd = try Measurement.frontEnd(model, seconds: seconds)
    let arena = Arena(length: image.arenaLength)
    defer { withExtendedLifetime(arena) {} }
    let network = Network(image: image, activations: arena.base + ArenaPlan(image).activations)
    self.network = Stopwatch.best(seconds: seconds) { network.run() }
    var layers = (0..<image.layerCount).map { index in
      let time = Stopwatch.best(seconds: seconds / Double(image.layerCount)) { network.runLayer(index) }
      let operation = Operation(rawValue: image.layer(index).operation).map { "\($0)" } ?? "?"
      return Layer(index: index, operation: operation, time: time, share: 0)
    }
    let total = layers.reduce(0) { $0 + $1.time }
    for index in layers.indices { layers[index].share = layers[index].time / total }
    self.layers = layers
  }

  private static func realtimeFactor(_ model: Model, seconds: Double) throws -> Double {
    let rate = model.image.frontEnd.sampleRate
    let arena = Arena(length: model.image.arenaLength)
    defer { withExtendedLifetime(arena) {} }
    var spotter = try Spotter(image: model.image, arena: arena.base, arenaLength: arena.length)
    let noise = Noise.samples(count: 10 * rate)
    let time = noise.withUnsafeBufferPointer { samples in
      Stopwatch.best(seconds: seconds) {
        var taken = 0
        while taken < samples.count { taken += spotter.push(samples, from: taken).consumed }
      }
    }
    return 10e9 / time
  }

  private static func frontEnd(_ model: Model, seconds: Double) throws -> Double {
    let shape = model.image.frontEnd
    let state = Arena(length: shape.stateLength)
    let scratch = Arena(length: shape.scratchLength)
    let frame = Arena(length: shape.frameLength)
    defer { withExtendedLifetime((state, scratch, frame)) {} }
    var frontEnd = FrontEnd(section: model.image.frontEndSection, state: state.base)
    let noise = Noise.samples(count: shape.window + 99 * shape.hop)
    let time = noise.withUnsafeBufferPointer { samples in
      Stopwatch.best(seconds: seconds) {
        frontEnd.reset()
        var taken = 0
        while taken < samples.count {
          taken += frontEnd.push(samples, from: taken, into: frame.base, scratch: scratch.base).consumed
        }
      }
    }
    return time / 100
  }
}

/// Measures short work.
enum Stopwatch {
  /// Nanoseconds that one `work` takes: the best of ten rounds that together take about `seconds`.
  static func best(seconds: Double, _ work: () -> Void) -> Double {
    let clock = ContinuousClock()
    let once = nanoseconds(clock.measure(work))
    let repeats = max(1, Int(seconds * 1e8 / max(once, 1)))
    return (0..<10).reduce(Double.infinity) { best, _ in
      min(best, nanoseconds(clock.measure { for _ in 0..<repeats { work() } }) / Double(repeats))
    }
  }

  private static func nanoseconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) * 1e9 + Double(duration.components.attoseconds) / 1e9
  }
}

/// White noise, the same every time.
enum Noise {
  /// Uniform, about -20 dBFS.
  static func samples(count: Int) -> [Int16] {
    var state: UInt64 = 1
    return (0..<count).map { _ in
      // Knuth's MMIX linear congruential generator; the upper bits are the good ones.
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int16(truncatingIfNeeded: Int64(bitPattern: state) >> 48) / 6
    }
  }
}
