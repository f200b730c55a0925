import Dormouse
import DormouseAnalog
import DormouseAudio
import DormouseEnergy
import DormouseModel
import Foundation

/// A recording, and what a model makes of it, computed on this machine: bit for bit what firmware computes.
struct SimulatedSound {
  /// At the model's rate.
  let samples: [Int16]
  /// Hz.
  let rate: Int

  /// Reads a recording.
  ///
  /// - Parameters:
  ///   - path: any sound file.
  ///   - rate: the model's.
  ///   - seconds: how much of it; nil for all, at most ten minutes.
  /// - Throws: that it can't be read, or is shorter than `seconds`.
  init(_ path: String, rate: Int, seconds: Double?) throws {
    let reader = try AudioReader(file: path, sampleRate: rate)
    let limit = seconds.map { Int(($0 * Double(rate)).rounded()) } ?? 600 * rate
    var samples: [Int16] = []
    try withUnsafeTemporaryAllocation(of: Int16.self, capacity: 8192) { block in
      while samples.count < limit {
        let count = try reader.read(into: block)
        if count == 0 { break }
        samples += block[0..<count]
      }
    }
    if let seconds, samples.count < limit {
      let has = String(format: "%g", Double(samples.count) / Double(rate))
      throw Failure("\(path): has \(has) seconds, the scenario wants \(String(format: "%g", seconds)); ask for less")
    }
    guard !samples.isEmpty else { throw Failure("\(path): the recording is empty") }
    self.samples = Array(samples.prefix(limit))
    self.rate = rate
  }

  private init(_ samples: [Int16], _ rate: Int) {
    self.samples = samples
    self.rate = rate
  }

  /// The first `seconds` of it.
  func prefix(seconds: Double) -> SimulatedSound {
    SimulatedSound(Array(samples.prefix(Int(seconds * Double(rate)))), rate)
  }

  /// Seconds.
  var length: Double { Double(samples.count) / Double(rate) }

  /// A mono 16-bit WAV file.
  var wave: Data {
    func field(_ value: Int, _ count: Int) -> Data { Data((0..<count).map { UInt8(value >> (8 * $0) & 255) }) }
    var data = Data("RIFF".utf8) + field(36 + 2 * samples.count, 4) + Data("WAVEfmt ".utf8)
    data += field(16, 4) + field(1, 2) + field(1, 2) + field(rate, 4) + field(2 * rate, 4) + field(2, 2) + field(16, 2)
    data += Data("data".utf8) + field(2 * samples.count, 4)
    return data + samples.withUnsafeBytes { Data($0) }
  }

  /// When the networks ran.
  struct Inference {
    /// Samples heard until then.
    let at: Int
    /// The verifier ran as well.
    let verified: Bool
    /// A keyword was accepted.
    let detected: Bool
  }

  /// All inferences over the recording.
  func inferences(_ model: Model) throws -> [Inference] {
    let arena = Arena(length: model.image.arenaLength)
    defer { withExtendedLifetime((arena, model)) {} }
    var spotter = try Spotter(image: model.image, arena: arena.base, arenaLength: arena.length)
    var found: [Inference] = []
    samples.withUnsafeBufferPointer { samples in
      var taken = 0
      while taken < samples.count {
        let progress = spotter.push(samples, from: taken)
        taken += progress.consumed
        if progress.inference {
          found.append(
            Inference(at: taken, verified: spotter.escalated, detected: progress.detection != nil))
        }
      }
    }
    return found
  }

  /// What a board hands over: edges, and the share of inferences with a bit in their context.
  struct Bank {
    let trace: AnalogTrace
    let board: AnalogBoard
    /// Edges a second.
    let edges: Double
    /// Share of inferences that hear anything.
    let inferring: Double
  }

  /// The board that the model's image means, over the recording.
  func bank(_ model: Model) throws -> Bank {
    let board = try model.board()
    let trace = try AnalogTrace(board, hearing: samples)
    let context = Int(model.image.program.context)
    let stride = Int(model.image.program.stride)
    let hears = trace.frames.map { $0.contains { $0 != 0 } }
    let ends = Swift.stride(from: context, through: hears.count, by: stride)
    let busy = ends.filter { hears[($0 - context)..<$0].contains(true) }.count
    return Bank(
      trace: trace, board: board, edges: Double(trace.edges.count) / length,
      inferring: Double(busy) / Double(max(Array(ends).count, 1)))
  }

  /// Edges as the application `edges` reads them, up to the end of the recording.
  func edgeFile(_ edges: [ComparatorEdge]) -> Data {
    var words: [UInt32] = []
    for edge in edges { words += [edge.tick, UInt32(edge.channel) + (edge.isHigh ? 256 : 0)] }
    words += [UInt32(length * 32768), 255]
    return words.withUnsafeBytes { Data($0) }
  }
}

extension Model {
  /// The analog board that the image means.
  func board() throws -> AnalogBoard {
    try AnalogBoard(realising: AnalogBinarySettings(section: image.frontEndSection))
  }
}
