import Dormouse
import DormouseModel
import DormouseMutation
import Testing

/// A spotter that hears, with an arena between two guards.
private final class Listener {
  static let guardLength = 64
  /// Everything that one spotter told.
  struct Told: Equatable {
    var frames: [[Int8]] = []
    var logits: [[Int8]] = []
    var scores: [[Int]] = []
    var detections: [Detection] = []
  }

  let loaded: LoadedImage
  let block: UnsafeMutableRawBufferPointer
  var spotter: Spotter
  var told = Told()

  init(_ loaded: LoadedImage, fill: UInt8 = 0xA5) throws {
    self.loaded = loaded
    block = .allocate(byteCount: loaded.image.arenaLength + 2 * Self.guardLength, alignment: 16)
    block.initializeMemory(as: UInt8.self, repeating: fill)
    spotter = try Spotter(
      image: loaded.image, arena: block.baseAddress! + Self.guardLength, arenaLength: loaded.image.arenaLength)
  }

  deinit { block.deallocate() }

  /// Pushes all samples, at most `chunk` in one call.
  func hear(_ samples: ArraySlice<Int16>, chunk: Int) {
    var rest = samples
    while !rest.isEmpty {
      let piece = rest.prefix(chunk)
      rest = rest.dropFirst(chunk)
      piece.withUnsafeBufferPointer { buffer in
        var taken = 0
        while taken < buffer.count {
          let progress = spotter.push(buffer, from: taken)
          #expect(progress.consumed > 0)
          taken += progress.consumed
          if progress.frame { told.frames.append(Array(spotter.frame)) }
          if progress.inference {
            told.logits.append(Array(spotter.logits))
            told.scores.append((0..<loaded.image.labelCount).map { spotter.score(of: $0) })
          }
          if let detection = progress.detection { told.detections.append(detection) }
        }
      }
    }
  }

  func hear(_ samples: [Int16], chunk: Int = .max) { hear(samples[...], chunk: chunk) }
}

@Suite("Spotter") struct SpotterTests {
  let loaded: LoadedImage
  /// Noise whose level rises and falls, so that scores do too: 6 s.
  let samples: [Int16]

  init() throws {
    var graph = SampleGraphs.temporal()
    graph.detector = DetectorSettings(
      stride: 4, smoothing: 3, refractoryMilliseconds: 300,
      keywords: Dictionary(
        uniqueKeysWithValues: graph.labels.map { ($0, .init(threshold: 0.3, minimumRun: 2)) }))
    loaded = try LoadedImage(bytes: ImageWriter(graph).bytes())
    var random = Random(seed: 42)
    samples = (0..<96_000).map { index in
      let level = 1 + index / 8000 % 5 * 3
      return Int16(truncatingIfNeeded: random.next()) >> Int16(level)
    }
  }

  @Test func hearsFramesInferencesAndDetectionsOnTime() throws {
    let listener = try Listener(loaded)
    listener.hear(samples)
    // Windows of 480 samples every 320; an inference after 20 frames, then every 4.
    #expect(listener.told.frames.count == (96_000 - 480) / 320 + 1)
    #expect(listener.told.logits.count == (listener.told.frames.count - 20) / 4 + 1)
    #expect(Set(listener.told.logits).count > 10, "the network should not always say the same")
    #expect(listener.told.detections.count > 1)
    #expect(listener.spotter.samplesHeard == 96_000)
    for detection in listener.told.detections {
      // Ends where a frame ends; starts a context and at least one stride earlier (minimum run 2).
      #expect((detection.end - 480) % 320 == 0)
      #expect(detection.end - detection.start >= 480 + 19 * 320 + 4 * 320)
    }
  }

  @Test(arguments: [2, 3, 159, 160, 319, 320, 321, 480, 481, 1000, 7919, 50_000])
  func chunksOfAnySizeSoundTheSame(chunk: Int) throws {
    let whole = try Listener(loaded)
    whole.hear(samples)
    let pieces = try Listener(loaded)
    pieces.hear(samples, chunk: chunk)
    #expect(pieces.told == whole.told)
  }

  @Test func singleSamplesAndRandomChunksSoundTheSame() throws {
    let short = Array(samples.prefix(32_000))
    let whole = try Listener(loaded)
    whole.hear(short)
    let single = try Listener(loaded)
    single.hear(short, chunk: 1)
    #expect(single.told == whole.told)
    var random = Random(seed: 7)
    let ragged = try Listener(loaded)
    var start = 0
    while start < short.count {
      let end = min(short.count, start + 1 + random.below(1500))
      ragged.hear(short[start..<end], chunk: .max)
      start = end
    }
    #expect(ragged.told == whole.told)
  }

  @Test func networkRunsOnTheLastContextOldestFrameFirst() throws {
    let listener = try Listener(loaded)
    listener.hear(samples)
    let activations = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Int(loaded.image.program.activationLength), alignment: 16)
    defer { activations.deallocate() }
    let network = Network(image: loaded.image, activations: activations.baseAddress!)
    for (index, logits) in listener.told.logits.enumerated() {
      let context = listener.told.frames[(index * 4)..<(index * 4 + 20)].flatMap { $0 }
      _ = network.input.update(fromContentsOf: context)
      network.run()
      #expect(Array(network.output) == logits, "inference \(index)")
    }
  }

  @Test func resetStartsAfresh() throws {
    let fresh = try Listener(loaded)
    fresh.hear(samples)
    let used = try Listener(loaded)
    used.hear(Array(samples.reversed().prefix(40_123)))
    used.spotter.reset()
    used.told = .init()
    used.hear(samples)
    #expect(used.told == fresh.told)
    #expect(used.spotter.samplesHeard == 96_000)
  }

  @Test func whatWasInTheArenaDoesNotMatter() throws {
    let one = try Listener(loaded, fill: 0x00)
    let other = try Listener(loaded, fill: 0xFF)
    one.hear(samples)
    other.hear(samples)
    #expect(one.told == other.told)
  }

  @Test func bytesAroundTheArenaStayUntouched() throws {
    let listener = try Listener(loaded)
    listener.hear(samples)
    let first = listener.block.prefix(Listener.guardLength)
    let last = listener.block.suffix(Listener.guardLength)
    #expect(first.allSatisfy { $0 == 0xA5 } && last.allSatisfy { $0 == 0xA5 })
  }

  @Test func spottersSideBySideDoNotDisturbEachOther() throws {
    let alone = try Listener(loaded)
    alone.hear(samples)
    let left = try Listener(loaded)
    let right = try Listener(loaded)
    let noise = Array(samples.reversed())
    for start in stride(from: 0, to: samples.count, by: 500) {
      left.hear(samples[start..<start + 500], chunk: .max)
      right.hear(noise[start..<start + 500], chunk: 123)
    }
    #expect(left.told == alone.told)
    #expect(right.told != alone.told)
  }

  @Test func arenaOneByteShortIsRefused() throws {
    let length = loaded.image.arenaLength
    let arena = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: 16)
    defer { arena.deallocate() }
    #expect(throws: ImageError(.header, at: 0, .arenaTooSmall)) {
      _ = try Spotter(image: loaded.image, arena: arena, arenaLength: length - 1)
    }
    #expect(throws: Never.self) { _ = try Spotter(image: loaded.image, arena: arena, arenaLength: length) }
  }

  @Test func misalignedArenaIsRefused() throws {
    let length = loaded.image.arenaLength
    let arena = UnsafeMutableRawPointer.allocate(byteCount: length + 16, alignment: 16)
    defer { arena.deallocate() }
    for offset in 1..<16 {
      #expect(throws: ImageError(.header, at: 0, .arenaMisaligned)) {
        _ = try Spotter(image: loaded.image, arena: arena + offset, arenaLength: length)
      }
    }
  }

  @Test func imageWithoutFrontEndIsRefused() throws {
    let bare = try LoadedImage(bytes: ImageWriter(SampleGraphs.dense([20, 12, 3])).bytes())
    let arena = UnsafeMutableRawPointer.allocate(byteCount: bare.image.arenaLength, alignment: 16)
    defer { arena.deallocate() }
    #expect(throws: ImageError(.frontEnd, at: 0, .missingSection)) {
      _ = try Spotter(image: bare.image, arena: arena, arenaLength: bare.image.arenaLength)
    }
  }
}
