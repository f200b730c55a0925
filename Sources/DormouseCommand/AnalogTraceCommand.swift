import ArgumentParser
import Dormouse
import DormouseAnalog
import DormouseAudio
import DormouseModel
import Foundation

/// `dormouse analog trace`
struct AnalogTraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Print the bits and the comparator edges of a board that hears a recording.",
    discussion: """
      Prints a line a window: its start in seconds and a mark a channel, low frequencies first. FILE may also be a list of
      edges, as --json prints them; its bits are computed as firmware computes them.

      Example: dormouse analog trace recording.wav --channels 16
      """)

  @OptionGroup var options: BoardOptions
  @OptionGroup var audio: AudioOptions

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Settings file, as for design; the standard bank of 64 channels without it.", valueName: "json"))
  var settings: String?

  @Option(name: [.short, .long], help: ArgumentHelp("Write the bits to this .npy file instead.", valueName: "npy"))
  var output: String?

  @Flag(help: "Print the bits of the fixed-point emulation, which devices without the board run.")
  var emulate = false

  @Flag(help: "Print one JSON object: waveform, bits, edges [tick of 1/32768 s, channel, level].")
  var json = false

  @Argument(help: ArgumentHelp("Recording, or edges (.json); - is standard input.", valueName: "file"))
  var file: String

  func validate() throws {
    if output != nil && json { throw ValidationError("--json prints; it doesn't go with --output.") }
  }

  private struct Report: Encodable {
    let sampleRate: Int
    let windowMs: Int
    let centresHz: [Double]
    /// Least and largest sample of each millisecond.
    let waveform: [[Int]]
    let bits: [[Int8]]
    let edges: [[Int]]
    /// Share of cells in which physics and fixed point agree; absent where only one was computed.
    let emulationAgreement: Double?
  }

  func run() throws {
    let board = try options.board(settings)
    let channels = board.channels.count
    if file.hasSuffix(".json") {
      let edges = try EdgeFile(file)
      let frames = try edges.frames(board.settings)
      try show(board, frames, samples: [], edges: edges.edges, agreement: nil)
      return
    }
    let samples = try allSamples(board)
    let emulated = try AnalogTrace.emulated(samples, board.settings)
    if emulate {
      try show(board, emulated, samples: samples, edges: [], agreement: nil)
      return
    }
    let trace = try AnalogTrace(board, hearing: samples, seed: options.seed ?? 0)
    let same = zip(trace.frames, emulated).reduce(0) { sum, pair in
      sum + channels - zip(pair.0, pair.1).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
    }
    let cells = trace.frames.count * channels
    try show(
      board, trace.frames, samples: samples, edges: trace.edges,
      agreement: cells == 0 ? nil : (10_000 * Double(same) / Double(cells)).rounded() / 10_000)
  }

  private func allSamples(_ board: AnalogBoard) throws -> [Int16] {
    let reader = try audio.open(file, sampleRate: board.sampleRate)
    var samples: [Int16] = []
    // Ten minutes; the simulation itself needs no more than a block.
    let limit = 600 * board.sampleRate
    try withUnsafeTemporaryAllocation(of: Int16.self, capacity: 8192) { block in
      while true {
        let count = try reader.read(into: block)
        if count == 0 { break }
        samples += block[0..<count]
        guard samples.count <= limit else { throw Failure("\(file): longer than ten minutes; cut it") }
      }
    }
    return samples
  }

  private func show(
    _ board: AnalogBoard, _ frames: [[UInt32]], samples: [Int16], edges: [ComparatorEdge], agreement: Double?
  ) throws {
    let channels = board.channels.count
    let bits = frames.map { frame in (0..<channels).map { Int8(frame[$0 / 32] >> UInt32($0 % 32) & 1) } }
    if let output {
      try AtomicFile.write(NumpyFile.bytes(bits.flatMap { $0 }, rows: bits.count, columns: channels), to: output)
      return
    }
    guard json else {
      for (index, row) in bits.enumerated() {
        let marks = row.map { $0 == 1 ? "#" : "." }.joined()
        Console.say(String(format: "%9.3f  ", Double(index * board.windowMilliseconds) / 1000) + marks)
      }
      if let agreement { Console.complain("fixed-point emulation: the same bits in \(agreement * 100) % of cells") }
      return
    }
    let step = board.sampleRate / 1000
    let waveform = stride(from: 0, to: samples.count, by: step).map { start in
      let part = samples[start..<min(start + step, samples.count)]
      return [Int(part.min() ?? 0), Int(part.max() ?? 0)]
    }
    try Console.say(
      json: Report(
        sampleRate: board.sampleRate, windowMs: board.windowMilliseconds, centresHz: board.channels.map(\.centre),
        waveform: waveform, bits: bits,
        edges: edges.map { [Int($0.tick), Int($0.channel), $0.isHigh ? 1 : 0] }, emulationAgreement: agreement))
  }
}

/// A recorded list of comparator edges.
private struct EdgeFile: Decodable {
  private let path: String
  let edges: [ComparatorEdge]

  enum CodingKeys: String, CodingKey {
    case edges
  }

  init(from decoder: any Decoder) throws {
    path = ""
    let rows = try decoder.container(keyedBy: CodingKeys.self).decode([[Int]].self, forKey: .edges)
    edges = try rows.enumerated().map { index, row in
      guard row.count == 3, let tick = UInt32(exactly: row[0]), let channel = UInt8(exactly: row[1]), row[2] & ~1 == 0
      else { throw Failure("edge \(index): \(row) is not [tick, channel, level 0 or 1]") }
      return ComparatorEdge(tick: tick, channel: channel, isHigh: row[2] == 1)
    }
  }

  init(_ path: String) throws {
    let data = try InputFile.read(path, limit: 1 << 28)
    do {
      edges = try JSONDecoder().decode(EdgeFile.self, from: data).edges
    } catch let failure as Failure {
      throw Failure("\(path): \(failure)")
    } catch {
      throw Failure("\(path): is no list of edges; {\"edges\": [[tick, channel, level], ...]} is needed")
    }
    self.path = path
  }

  /// The frames up to the window of the last edge.
  func frames(_ settings: AnalogBinarySettings) throws -> [[UInt32]] {
    let windows = edges.last.map { Int($0.tick) * 1000 / (32768 * settings.windowMilliseconds) + 1 } ?? 0
    do {
      return try AnalogTrace.frames(edges, settings, windows: windows)
    } catch {
      throw Failure("\(path): \(error)")
    }
  }
}
