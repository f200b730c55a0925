import Dormouse
import DormouseAudio
import DormouseModel
import Foundation
import Synchronization

/// Listens to a source with a model and tells its viewers what it hears, until the sound ends or it is stopped.
///
///     let session = try LiveSession(model: model, source: .file("talk.wav", rawFormat: nil, realtime: true))
///     session.add(viewer)
///     let summary = try session.run()
///
/// One thread calls `run`; the others may be called from any. A thread of the session's own reads the sound into a ring,
/// so that neither a slow viewer nor a slow device disturbs the other.
public final class LiveSession: @unchecked Sendable {
  /// What is done at a detection beside telling the viewers.
  public struct Options: Sendable {
    /// Keeps the sound around it.
    public var recorder: DetectionRecorder?
    /// Is run.
    public var command: DetectionCommand?

    /// Nothing.
    public init() {}
  }

  /// Seconds between two updates.
  public static let updateInterval = 0.04

  /// The model's card.
  public let description: LiveDescription
  /// Where the sound comes from, as people know it.
  public var sourceName: String { feed.name }
  /// Lines for the user, which go out with the next update.
  public var notices: LiveNotices { feed.report.notices }

  private let spotter: LiveSpotter
  private let labels: [String]
  private let sampleRate: Int
  private let feed: SoundFeed
  private var history: SampleHistory
  private var news: LiveNews
  /// Samples of sound heard; the silence after the end of a file doesn't count.
  private var length: UInt64 = 0
  private var tally = LiveSummary.Tally()
  private var clips: LiveClips?
  private let command: DetectionCommand?
  private let block: UnsafeMutableBufferPointer<Int16>
  private let stopping = Atomic<Bool>(false)
  private let viewers = Mutex<[any LiveViewer]>([])
  private let controls = Mutex<[LiveControl]>([])
  private var cpu = CpuShare()
  private var nextUpdate = 0.0

  /// A session that has heard nothing.
  ///
  /// - Throws: `AudioError`, if the source can't be opened; `ImageError`, if the model has no front end.
  public init(model: LoadedImage, source: LiveSource, options: Options = Options()) throws {
    spotter = try LiveSpotter(model)
    labels = model.labels
    sampleRate = model.image.frontEnd.sampleRate
    feed = try source.open(sampleRate: sampleRate)
    description = LiveDescription(model.image, source: feed.name)
    clips = options.recorder.map { [sampleRate] in LiveClips($0, sampleRate: sampleRate) }
    command = options.command
    let clipLength = clips == nil ? 0 : LiveClips.historyLength(sampleRate: sampleRate)
    history = SampleHistory(capacity: max(spotter.historyLength, clipLength))
    news = try LiveNews(spotter: spotter, sampleRate: sampleRate)
    block = .allocate(capacity: max(sampleRate / 50, 1))
  }

  deinit { block.deallocate() }

  /// Adds a viewer.
  public func add(_ viewer: any LiveViewer) { viewers.withLock { $0.append(viewer) } }

  /// Removes a viewer; it may be called once more.
  public func remove(_ viewer: any LiveViewer) { viewers.withLock { $0.removeAll { $0 === viewer } } }

  /// Asks for a change; it is made before the next block of samples.
  public func send(_ control: LiveControl) { controls.withLock { $0.append(control) } }

  /// Ends `run` soon.
  public func stop() {
    stopping.store(true, ordering: .relaxed)
    feed.filled.signal()
  }

  /// Listens.
  ///
  /// - Returns: what there was to hear.
  /// - Throws: `AudioError`, if a recording is damaged; after everything before that point was heard.
  public func run() throws -> LiveSummary {
    let began = (wall: Clocks.steady, processor: Clocks.processor)
    feed.start()
    nextUpdate = began.wall
    while !stopping.load(ordering: .relaxed) {
      // What the feed says is read before the ring: what was written before the end is heard.
      let isLast = feed.report.hasEnded.load(ordering: .acquiring)
      obey()
      if hearBlock() == 0 {
        if isLast {
          flush()
          break
        }
        _ = feed.filled.wait(timeout: .now() + LiveSession.updateInterval)
      }
      clips?.collect(history, isLast: false, notices: notices)
      if news.isUrgent || Clocks.steady >= nextUpdate { show(isLast: false) }
    }
    feed.stop()
    clips?.collect(history, isLast: true, notices: notices)
    command?.finish()
    show(isLast: true)
    if let failure = feed.report.failure { throw LiveFailure(description: failure) }
    return LiveSummary(
      tally, secondsHeard: Double(length) / Double(sampleRate), isLive: feed.isLive,
      overruns: feed.report.overruns.load(ordering: .relaxed), seconds: Clocks.steady - began.wall,
      processorSeconds: Clocks.processor - began.processor)
  }

  private func obey() {
    for control in controls.withLock({ controls in
      defer { controls.removeAll(keepingCapacity: true) }
      return controls
    }) {
      spotter.apply(control, history: history)
    }
  }

  /// Hears what waits in the ring, at most 20 ms; returns how many samples.
  private func hearBlock() -> Int {
    let count = feed.ring.read(into: block)
    guard count > 0 else { return 0 }
    let samples = UnsafeBufferPointer(rebasing: block[0..<count])
    length += UInt64(count)
    history.add(samples)
    news.add(samples, capturedAt: feed.isLive ? feed.ring.captureTime(sampleRate: sampleRate) : Clocks.wall)
    push(samples)
    return count
  }

  /// Hears silence for as long as the model looks back, so that a word at the very end is accepted too.
  private func flush() {
    guard length > 0 else { return }
    let program = spotter.image.program
    var missing = spotter.image.frontEnd.window + (Int(program.context) - 1) * spotter.image.frontEnd.hop
    block.update(repeating: 0)
    while missing > 0 {
      let count = min(missing, block.count)
      push(UnsafeBufferPointer(rebasing: block[0..<count]))
      missing -= count
    }
  }

  private func push(_ samples: UnsafeBufferPointer<Int16>) {
    var taken = 0
    while taken < samples.count {
      let (progress, word) = spotter.push(samples, from: taken)
      taken += progress.consumed
      if progress.frame { news.addFrame(spotter) }
      guard let word else { continue }
      let rate = Double(sampleRate)
      let end = min(word.end, length)
      let captured = news.capturedAt - (feed.isLive ? Double(length - end) / rate : 0)
      let detection = LiveDetection(
        index: word.label, label: labels[word.label], score: word.score,
        start: Double(min(word.start, length)) / rate, end: Double(end) / rate, capturedAt: captured,
        latency: max(0, Clocks.wall - captured))
      tally.add(detection)
      news.add(detection)
      clips?.add(detection, at: end)
      command?.run(detection, notices: notices)
    }
  }

  private func show(isLast: Bool) {
    nextUpdate = max(nextUpdate + LiveSession.updateInterval, Clocks.steady)
    cpu.update()
    let viewers = self.viewers.withLock { $0 }
    let report = feed.report
    let update = news.take(
      spotter, state: isLast ? .ended : report.problem == nil ? .listening : .waiting, problem: report.problem,
      samplesHeard: length, overruns: report.overruns.load(ordering: .relaxed), cpuShare: cpu.share,
      notices: notices.take(), picture: viewers.contains { $0.wantsPicture })
    for viewer in viewers { viewer.show(update) }
  }
}

/// Why a session ended before its end, in one line.
public struct LiveFailure: Error, CustomStringConvertible {
  /// The line.
  public let description: String
}
