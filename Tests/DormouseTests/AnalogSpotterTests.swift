import DormouseModel
import DormouseMutation
import Testing

@testable import Dormouse

@Suite("Spotter that hears bits") struct AnalogSpotterTests {
  /// Noise in bursts: 2 s.
  static let samples: [Int16] = {
    var random = Random(seed: 11)
    return (0..<32_000).map { Int16(truncatingIfNeeded: random.next()) >> Int16(2 + $0 / 1600 % 3 * 4) }
  }()

  struct Heard: Equatable {
    var frames: [[Int8]] = []
    var logits: [[Int8]] = []
    var ends: [UInt64] = []
  }

  private func spotter(_ loaded: LoadedImage, _ body: (inout Spotter) throws -> Void) throws {
    let arena = UnsafeMutableRawPointer.allocate(byteCount: loaded.image.arenaLength, alignment: 16)
    defer { arena.deallocate() }
    var spotter = try Spotter(image: loaded.image, arena: arena, arenaLength: loaded.image.arenaLength)
    try body(&spotter)
  }

  private func note(_ progress: Spotter.Progress, _ spotter: borrowing Spotter, in heard: inout Heard) {
    if progress.frame { heard.frames.append(Array(spotter.frame)) }
    if progress.inference {
      heard.logits.append(Array(spotter.logits))
      heard.ends.append(spotter.samplesHeard)
    }
  }

  private func hear(_ loaded: LoadedImage, chunk: Int) throws -> Heard {
    var heard = Heard()
    try spotter(loaded) { spotter in
      Self.samples.withUnsafeBufferPointer { samples in
        for start in stride(from: 0, to: samples.count, by: chunk) {
          let piece = UnsafeBufferPointer(rebasing: samples[start..<min(start + chunk, samples.count)])
          var taken = 0
          while taken < piece.count {
            let progress = spotter.push(piece, from: taken)
            taken += progress.consumed
            note(progress, spotter, in: &heard)
          }
        }
      }
    }
    return heard
  }

  @Test(arguments: [8, 16, 32, 64]) func bitsReachTheNetworkInOrder(channels: Int) throws {
    let graph = SampleGraphs.analog(channels: channels)
    let loaded = try LoadedImage(bytes: ImageWriter(graph).bytes())
    #expect(loaded.image.frontEnd.type == .bits && loaded.image.frontEnd.features == channels)
    let heard = try hear(loaded, chunk: 32_000)
    #expect(heard.frames.count == 200 && heard.logits.count == 37)
    #expect(heard.ends.first == 20 * 160 && heard.ends.last == 200 * 160)
    for chunk in [1, 159, 1000] { #expect(try hear(loaded, chunk: chunk) == heard, "pieces of \(chunk)") }

    let ear = try AnalogEar { $0.channels = channels }
    let bits = ear.frames(Self.samples, chunks: [32_000])
    let frames = bits.withUnsafeBytes { $0.map { Int8(bitPattern: $0) } }
    #expect(heard.frames.flatMap { $0 } == frames)

    // The network by itself, on the frames of the last context.
    let arena = UnsafeMutableRawPointer.allocate(byteCount: loaded.image.arenaLength, alignment: 16)
    defer { arena.deallocate() }
    let network = Network(image: loaded.image, activations: arena)
    _ = network.input.update(fromContentsOf: heard.frames.suffix(20).flatMap { $0 })
    network.run()
    #expect(Array(network.output) == heard.logits.last)
  }

  @Test func framesFromEdgesAreHeardLikeFramesFromSamples() throws {
    let loaded = try LoadedImage(bytes: ImageWriter(SampleGraphs.analog()).bytes())
    let expected = try hear(loaded, chunk: 32_000)
    var heard = Heard()
    try spotter(loaded) { spotter in
      for frame in expected.frames {
        let progress = frame.withUnsafeBytes { spotter.push(frame: $0.baseAddress!) }
        note(progress, spotter, in: &heard)
      }
    }
    #expect(heard == expected)
  }

  @Test func anotherNumberOfChannelsThanTheNetworksIsRefused() throws {
    var graph = SampleGraphs.analog(channels: 16)
    var settings = AnalogBinarySettings()
    settings.channels = 8
    graph.frontEnd = .analogBinary(settings)
    #expect {
      try ImageWriter(graph).bytes()
    } throws: { error in
      "\(error)".contains("has 16 channels, but its front end has 8")
    }
    graph.frontEnd = .logMel(LogMelSettings())
    #expect {
      try ImageWriter(graph).bytes()
    } throws: { error in
      "\(error)".contains("its log-mel front end gives int8")
    }
  }
}
