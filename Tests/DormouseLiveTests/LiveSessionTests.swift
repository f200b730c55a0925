import DormouseModel
import Foundation
import Synchronization
import Testing

@testable import DormouseLive

/// Keeps all updates; asks for a change when it has seen so many.
final class Watcher: LiveViewer {
  private let updates = Mutex<[LiveUpdate]>([])
  private let atUpdate: @Sendable (LiveUpdate) -> Void
  let wantsPicture: Bool

  init(picture: Bool = false, atUpdate: @escaping @Sendable (LiveUpdate) -> Void = { _ in }) {
    wantsPicture = picture
    self.atUpdate = atUpdate
  }

  func show(_ update: LiveUpdate) {
    updates.withLock { $0.append(update) }
    atUpdate(update)
  }

  var all: [LiveUpdate] { updates.withLock { $0 } }
  var words: [LiveDetection] { all.flatMap(\.detections) }
}

@Suite("Live sessions") struct LiveSessionTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
    .standardizedFileURL.path
  static let recording = root + "/demo/words.flac"
  static let said = ["yes", "no", "up", "down", "left", "right", "no", "yes", "left"]

  static func model(_ name: String = "commands-temporal") throws -> LoadedImage {
    try LoadedImage(path: "\(root)/models/\(name)/\(name).dormouse")
  }

  static func session(
    _ name: String = "commands-temporal", options: LiveSession.Options = LiveSession.Options()
  ) throws -> LiveSession {
    try LiveSession(
      model: model(name), source: .file(recording, rawFormat: nil, realtime: false), options: options)
  }

  @Test func everyWordIsHeardOnceAndInOrder() throws {
    let session = try Self.session()
    let watcher = Watcher()
    session.add(watcher)
    let summary = try session.run()
    #expect(watcher.words.map(\.label) == Self.said)
    #expect(summary.detections == 9)
    #expect(abs(summary.secondsHeard - 22.966875) < 1e-9)
    let last = try #require(watcher.all.last)
    #expect(last.state == .ended)
    #expect(last.scores.count == session.description.keywords.count)
    #expect(last.waveform.isEmpty && last.frames.isEmpty && last.bits.isEmpty)
  }

  @Test(arguments: ["commands-temporal", "commands-binary-analog64"])
  func thePictureHoldsAllThatIsNewAndNothingTwice(name: String) throws {
    let session = try Self.session(name)
    let watcher = Watcher(picture: true)
    session.add(watcher)
    let summary = try session.run()
    // What came before the first update, in which nobody had asked yet, is missing.
    let first = try #require(watcher.all.first)
    let seconds = summary.secondsHeard - Double(first.samplesHeard) / 16000
    let pairs = watcher.all.reduce(0) { $0 + $1.waveform.count } / 2
    #expect(abs(Double(pairs) - seconds * Double(session.description.pairsPerSecond)) <= 8)
    let frames = watcher.all.reduce(0) { $0 + $1.frames.count }
    let bits = watcher.all.reduce(0) { $0 + $1.bits.count }
    let card = session.description.frontEnd
    let hearsBits = card.kind == "analog-binary"
    #expect(hearsBits == (frames == 0))
    // After the sound the model hears a context of silence; the emulated bank does not.
    let silence = hearsBits ? card.context * card.hop + card.window : 0
    let expected = (seconds * 16000 + Double(silence)) / Double(card.bitHop)
    #expect(abs(Double(bits) - expected) <= 3)
    for update in watcher.all {
      #expect(update.frames.allSatisfy { $0.count == card.features })
      #expect(update.bits.allSatisfy { $0.count * 32 == card.bitChannels })
    }
  }

  @Test func aThresholdActsAtOnceAndCanBeTakenBack() throws {
    let session = try Self.session()
    session.send(.threshold(label: nil, 1))
    session.send(.threshold(label: 0, 0.5))
    let watcher = Watcher()
    session.add(watcher)
    _ = try session.run()
    #expect(Set(watcher.words.map(\.label)) == ["yes"])
    let thresholds = try #require(watcher.all.last?.thresholds)
    #expect(thresholds[0] == 0.5 && thresholds[1] == 1)
    // Silence and unknown words are never reported, whatever is asked for.
    #expect(thresholds.suffix(2).allSatisfy { $0 > 1 })

    let again = try Self.session()
    for control in [LiveControl.threshold(label: nil, 1), .threshold(label: 99, 0), .threshold(label: -1, .nan)] {
      again.send(control)
    }
    again.send(.restore)
    let second = Watcher()
    again.add(second)
    _ = try again.run()
    #expect(second.words.map(\.label) == Self.said)
  }

  @Test(arguments: ["commands-temporal", "commands-binary-analog64"])
  func anotherSmoothingInTheMiddleForgetsNothing(name: String) throws {
    func words(_ change: @escaping @Sendable (LiveSession, LiveUpdate) -> Void) throws -> [LiveDetection] {
      let session = try Self.session(name)
      let watcher = Watcher { [unowned session] in change(session, $0) }
      session.add(watcher)
      _ = try session.run()
      return watcher.words
    }
    let plain = try words { _, _ in }
    // A change to another value and back, at some moments.
    let moments = Mutex([15.0, 9.1, 5.0, 3.3])
    let turned = try words { session, update in
      moments.withLock { moments in
        guard let next = moments.last, Double(update.samplesHeard) / 16000 > next else { return }
        moments.removeLast()
        session.send(.smoothing(update.smoothing == 1 ? 9 : 1))
        session.send(.restore)
      }
    }
    #expect(turned.map(\.label) == plain.map(\.label))
    #expect(turned.map(\.end) == plain.map(\.end))
    for (left, right) in zip(turned, plain) { #expect(abs(left.score - right.score) < 0.02) }
  }

  @Test func smoothingIsBroughtIntoItsRange() throws {
    for (wanted, got) in [(0, 1), (-5, 1), (1000, 64), (7, 7)] {
      let session = try Self.session()
      session.send(.smoothing(wanted))
      let watcher = Watcher { [unowned session] in if $0.samplesHeard > 0 { session.stop() } }
      session.add(watcher)
      _ = try session.run()
      #expect(watcher.all.last?.smoothing == got)
    }
  }

  @Test func stoppingEndsItAndARemovedViewerSeesNothing() throws {
    let session = try LiveSession(
      model: Self.model(), source: .file(Self.recording, rawFormat: nil, realtime: true))
    let (gone, watcher) = (Watcher(), Watcher { [unowned session] in if $0.samplesHeard > 4000 { session.stop() } })
    session.add(gone)
    session.add(watcher)
    session.remove(gone)
    let summary = try session.run()
    // A machine that is busy elsewhere may hear some seconds at once, but not all of them.
    #expect((0.2...20).contains(summary.secondsHeard))
    #expect(gone.all.isEmpty)
    #expect(watcher.all.last?.state == .ended)
  }

  @Test func updatesAndCardsAreJson() throws {
    let session = try Self.session()
    let watcher = Watcher(picture: true)
    session.add(watcher)
    _ = try session.run()
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let card = try decoder.decode(LiveDescription.self, from: encoder.encode(session.description))
    #expect(card.keywords.map(\.label) == session.description.keywords.map(\.label))
    #expect(card.totals.macs == 5_901_824)
    let text = try encoder.encode(watcher.all[0])
    #expect(String(decoding: text, as: UTF8.self).contains("\"samples_heard\""))
    _ = try decoder.decode(LiveUpdate.self, from: text)
  }
}
