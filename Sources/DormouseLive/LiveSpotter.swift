import Dormouse
import DormouseModel

/// A spotter whose thresholds and smoothing can be changed while it listens.
///
/// It has the image in memory of its own. A threshold is changed in place: the detector reads it there at each inference,
/// and any value is a valid one. A change of the smoothing changes the size of the detector's state, so that the image is
/// validated anew and a new spotter hears the last seconds again; nothing that was heard is lost.
final class LiveSpotter {
  /// An accepted keyword; positions count from the beginning of the session.
  struct Word {
    let label: Int
    /// 0 to 1.
    let score: Double
    let start: UInt64
    let end: UInt64
  }

  /// Posteriors that can be averaged.
  static let smoothings = 1...64

  private let bytes: UnsafeMutableRawBufferPointer
  private let arena: UnsafeMutableRawBufferPointer
  private let ownRecord: DetectorRecord
  private let ownKeywords: [KeywordRecord]
  private(set) var image: ModelImage
  private var spotter: Spotter
  /// Position of the spotter's first sample.
  private var origin: UInt64 = 0
  private let block: UnsafeMutableBufferPointer<Int16>

  /// A spotter that has heard nothing.
  ///
  /// - Parameter model: an image with a front end; copied.
  /// - Throws: `ImageError`.
  init(_ model: LoadedImage) throws(ImageError) {
    bytes = .allocate(byteCount: model.bytes.count, alignment: 64)
    bytes.copyMemory(from: model.bytes)
    image = try ModelImage(validating: UnsafeRawPointer(bytes.baseAddress!), length: bytes.count)
    ownRecord = image.detector
    ownKeywords = Array(UnsafeBufferPointer(start: image.keywords, count: image.labelCount))
    // Room for the largest smoothing.
    var largest = image.detector
    largest.smoothing = UInt16(LiveSpotter.smoothings.upperBound)
    let length = LiveSpotter.plan(image, largest).length
    arena = .allocate(byteCount: length, alignment: ImageFormat.alignment)
    block = .allocate(capacity: 2048)
    spotter = try Spotter(image: image, arena: arena.baseAddress!, arenaLength: arena.count)
  }

  deinit {
    bytes.deallocate()
    arena.deallocate()
    block.deallocate()
  }

  private static func plan(_ image: ModelImage, _ detector: DetectorRecord) -> ArenaPlan {
    ArenaPlan(
      frontEnd: image.frontEnd, detector: detector, program: image.program, verifier: image.activationLength)
  }

  /// Samples that a change of the smoothing needs of the past.
  var historyLength: Int { past(of: LiveSpotter.smoothings.upperBound) }

  /// Samples that the last `inferences` inferences heard, and a stride.
  private func past(of inferences: Int) -> Int {
    let shape = image.frontEnd
    return shape.window + (Int(image.program.context) + (inferences + 1) * Int(image.program.stride)) * shape.hop
  }

  /// Samples heard.
  var samplesHeard: UInt64 { origin + spotter.samplesHeard }

  /// Bytes of the last completed frame.
  var frame: UnsafeBufferPointer<Int8> { spotter.frame }

  /// Smoothed posterior of a label, 0 to 1.
  func score(of label: Int) -> Double { Double(spotter.score(of: label)) / 32768 }

  /// Score that a label must reach; above 1: it is never reported.
  func threshold(of label: Int) -> Double { Double(image.keywords[label].threshold) / 32768 }

  /// Takes samples up to the end of the next frame.
  func push(_ samples: UnsafeBufferPointer<Int16>, from start: Int) -> (progress: Spotter.Progress, word: Word?) {
    let progress = spotter.push(samples, from: start)
    let word = progress.detection.map {
      Word(label: $0.label, score: Double($0.score) / 32768, start: origin + $0.start, end: origin + $0.end)
    }
    return (progress, word)
  }

  /// Does what a viewer asks; what is out of range or not a number is brought into it.
  func apply(_ control: LiveControl, history: borrowing SampleHistory) {
    switch control {
    case .threshold(let label, let score):
      let wanted = score.isFinite ? UInt16(min(max(1, (score * 32768).rounded()), 32768)) : 32768
      for index in 0..<image.labelCount where label == nil || label == index {
        guard ownKeywords[index].isReported else { continue }
        var keyword = image.keywords[index]
        keyword.threshold = wanted
        store(keyword, at: index)
      }
    case .smoothing(let wanted):
      smooth(min(max(wanted, LiveSpotter.smoothings.lowerBound), LiveSpotter.smoothings.upperBound), history)
    case .restore:
      for index in ownKeywords.indices { store(ownKeywords[index], at: index) }
      smooth(Int(ownRecord.smoothing), history)
    }
  }

  private func store(_ keyword: KeywordRecord, at index: Int) {
    UnsafeMutablePointer(mutating: image.keywords)[index] = keyword
  }

  private func smooth(_ count: Int, _ history: borrowing SampleHistory) {
    guard count != Int(image.detector.smoothing) else { return }
    var record = image.detector
    record.smoothing = UInt16(count)
    let plan = LiveSpotter.plan(image, record)
    let section = image.section(.detector)!.bytes.baseAddress!
    UnsafeMutableRawPointer(mutating: section).storeBytes(of: record, as: DetectorRecord.self)
    let base = bytes.baseAddress!
    base.storeBytes(
      of: UInt32(plan.length), toByteOffset: MemoryLayout<ImageHeader>.offset(of: \.arenaLength)!, as: UInt32.self)
    let checksum = CRC32.checksum(base + ImageFormat.checkedFrom, count: bytes.count - ImageFormat.checkedFrom)
    base.storeBytes(of: checksum, toByteOffset: MemoryLayout<ImageHeader>.offset(of: \.crc32)!, as: UInt32.self)
    do {
      image = try ModelImage(validating: UnsafeRawPointer(base), length: bytes.count)
      spotter = try Spotter(image: image, arena: arena.baseAddress!, arenaLength: arena.count)
    } catch {
      preconditionFailure("an image with another smoothing is valid: \(error)")
    }
    hearAgain(history)
  }

  /// Brings a new spotter to where the old one was; its inferences fall on the same samples.
  private func hearAgain(_ history: borrowing SampleHistory) {
    let step = image.frontEnd.hop * Int(image.program.stride)
    let wanted = max(history.start, history.end - past(of: Int(image.detector.smoothing)))
    var position = (wanted + step - 1) / step * step
    origin = UInt64(position)
    while position < history.end {
      let count = min(block.count, history.end - position)
      history.copy(from: position, count: count, to: block.baseAddress!)
      let samples = UnsafeBufferPointer(rebasing: block[0..<count])
      var taken = 0
      while taken < count { taken += spotter.push(samples, from: taken).consumed }
      position += count
    }
  }
}
