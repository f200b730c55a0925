import Dormouse
import DormouseModel
import DormouseMutation
import Testing

@Suite("Cascades of two networks") struct CascadeTests {
  /// Two networks over the same frames, with different weights, and their cascade.
  struct Pair {
    let first: LoadedImage
    let second: LoadedImage

    init() throws {
      first = try LoadedImage(bytes: ImageWriter(SampleGraphs.temporal(encodings: [.binary], seed: 11)).bytes())
      second = try LoadedImage(bytes: ImageWriter(SampleGraphs.temporal(channels: 24, seed: 12)).bytes())
    }

    func cascade(keywords: Int, others: Int) throws -> LoadedImage {
      try LoadedImage(
        bytes: CascadeWriter(keywordMargin: keywords, otherMargin: others, name: "pair").join(
          first.image, second.image))
    }
  }

  /// Logits of every inference over two seconds of noise, and whether the verifier ran.
  private func listen(_ loaded: LoadedImage) throws -> [(logits: [Int8], escalated: Bool)] {
    var random = Random(seed: 5)
    let samples = (0..<32000).map { _ in Int16(truncatingIfNeeded: random.next()) / 4 }
    let arena = UnsafeMutableRawPointer.allocate(byteCount: loaded.image.arenaLength, alignment: 16)
    defer { arena.deallocate() }
    var spotter = try Spotter(image: loaded.image, arena: arena, arenaLength: loaded.image.arenaLength)
    var heard: [(logits: [Int8], escalated: Bool)] = []
    samples.withUnsafeBufferPointer { samples in
      var taken = 0
      while taken < samples.count {
        let progress = spotter.push(samples, from: taken)
        taken += progress.consumed
        if progress.inference { heard.append((Array(spotter.logits), spotter.escalated)) }
      }
    }
    #expect(Int(spotter.escalations) == heard.count { $0.escalated })
    return heard
  }

  /// The margin rule, spelled with sorting; of equals, the label that is not reported counts as the answer.
  private func isUnsure(_ logits: [Int8], keywords: Int, others: Int, reported: Set<Int>) -> Bool {
    let other = logits.indices.filter { !reported.contains($0) }.map { Int(logits[$0]) }.max()!
    let best = reported.map { Int(logits[$0]) }.sorted(by: >)
    return best[0] > other ? best[0] - max(best[1], other) < keywords : other - best[0] < others
  }

  @Test func theFirstNetworkAnswersWhatItIsSureOfAndTheVerifierTheRest() throws {
    let pair = try Pair()
    let first = try listen(pair.first)
    let second = try listen(pair.second)
    #expect(first.count >= 20)
    let reported = Set((0..<pair.first.image.labelCount).filter { pair.first.image.keywords[$0].isReported })
    #expect(!reported.isEmpty && reported.count < pair.first.image.labelCount)
    var verified: [Int] = []
    for (keywords, others) in [(0, 0), (256, 256), (256, 0), (0, 256), (12, 3), (3, 12), (1, 1)] {
      let heard = try listen(pair.cascade(keywords: keywords, others: others))
      #expect(heard.count == first.count)
      for index in heard.indices {
        let unsure = isUnsure(first[index].logits, keywords: keywords, others: others, reported: reported)
        #expect(heard[index].escalated == unsure)
        #expect(heard[index].logits == (unsure ? second : first)[index].logits)
      }
      verified.append(heard.count { $0.escalated })
    }
    #expect(verified[0] == 0 && verified[1] == first.count)
    print("verified of \(first.count) inferences, by margins: \(verified)")
  }

  @Test func theArenaIsThatOfTheLargerNetworkAndTheNameIsNew() throws {
    let pair = try Pair()
    let cascade = try pair.cascade(keywords: 256, others: 20)
    #expect(cascade.image.arenaLength == max(pair.first.image.arenaLength, pair.second.image.arenaLength))
    #expect(cascade.name == "pair" && cascade.labels == pair.first.labels)
    #expect(cascade.image.header.minorVersion == 3)
  }

  @Test func whatDoesNotFitIsRefusedInPlainWords() throws {
    let pair = try Pair()
    func problem(_ writer: CascadeWriter, _ first: LoadedImage, _ second: LoadedImage) -> String {
      do {
        _ = try writer.join(first.image, second.image)
        return ""
      } catch {
        return "\(error)"
      }
    }
    func image(_ graph: Graph) throws -> LoadedImage { try LoadedImage(bytes: ImageWriter(graph).bytes()) }
    let writer = CascadeWriter(keywordMargin: 256, otherMargin: 20)
    let margins = CascadeWriter(keywordMargin: 257, otherMargin: 20)
    #expect(problem(margins, pair.first, pair.second).contains("0 (never verify) to 256"))
    #expect(problem(writer, pair.first, try image(SampleGraphs.dense([200, 4]))).contains("bare network"))
    let frames = try image(SampleGraphs.temporal(frames: 21))
    #expect(problem(writer, pair.first, frames).contains("contexts differ: 20 and 21"))
    let bands = try image(SampleGraphs.temporal(bands: 11))
    #expect(problem(writer, pair.first, bands).contains("different front ends"))
    var renamed = SampleGraphs.temporal()
    renamed.labels[0] = "other"
    #expect(problem(writer, pair.first, try image(renamed)).contains("different labels"))
    let cascade = try pair.cascade(keywords: 1, others: 1)
    #expect(problem(writer, pair.first, cascade).contains("a cascade already"))
  }

  /// Breaks the cascade's verifier section, whose first byte is at `start`, and expects a refusal.
  @Test func brokenVerifiersAreRefused() throws {
    let pair = try Pair()
    let good = [UInt8](try pair.cascade(keywords: 256, others: 20).bytes)
    let changes: [(name: String, reason: ImageError.Reason, change: (inout ImageBytes, Int) -> Void)] = [
      ("keyword margin", .badValue, { $0.store(UInt16(257), at: $1) }),
      ("other margin", .badValue, { $0.store(UInt16(300), at: $1 + 2) }),
      ("step", .badMultiplier, { $0.store(Int32(-1), at: $1 + 4) }),
      ("shift", .badMultiplier, { $0.store(Int32(23), at: $1 + 8) }),
      ("reserved", .reservedNotZero, { $0.store(UInt32(1), at: $1 + 12) }),
      ("magic of the second image", .badMagic, { $0.store(UInt32(0), at: $1 + 32) }),
      ("checksum of the second image", .checksumMismatch, { $0.store(UInt32(0), at: $1 + 32 + 12) }),
      ("length of the second image", .lengthMismatch, { $0.store(UInt32(64), at: $1 + 32 + 8) }),
    ]
    for change in changes {
      var image = ImageBytes(intact: good)
      let start = Int(try #require(image.section(.verifier)).offset)
      change.change(&image, start)
      image.seal(nested: false)
      let error = #expect(throws: ImageError.self) { try LoadedImage.validate(image.bytes) }
      #expect(error?.reason == change.reason && error?.section == .verifier, "\(change.name): \(error as Any)")
    }
  }

  @Test func aVerifierHasNoFrontEndAndNoVerifierOfItsOwn() throws {
    let pair = try Pair()
    let good = [UInt8](try pair.cascade(keywords: 256, others: 20).bytes)
    for nested in [[UInt8](pair.second.bytes), good] {
      var image = ImageBytes(intact: good)
      let section = try #require(image.section(.verifier))
      let start = Int(section.offset)
      image.bytes = Array(image.bytes[..<(start + 32)]) + nested
      let entry = try #require((0..<8).map { 32 + 16 * $0 }.first { image.load(UInt32.self, at: $0) == 8 })
      image.store(UInt32(32 + nested.count), at: entry + 8)
      image.seal(nested: false)
      let error = #expect(throws: ImageError.self) { try LoadedImage.validate(image.bytes) }
      #expect(error?.section == .verifier && error?.reason == .unknownSection)
    }
  }
}
