import Dormouse
import DormouseModel

/// The standard bank of analog filters and comparators, computed beside a model that doesn't hear through one, so that a
/// viewer can see what such a model would.
final class EmulatedBank {
  /// Comparators.
  static let channels = 32

  private var frontEnd: FrontEnd
  private let section: UnsafeMutableRawPointer
  private let state: UnsafeMutableRawPointer
  private let frame: UnsafeMutablePointer<UInt32>
  private let words: Int

  /// Samples a frame.
  static func hop(sampleRate: Int) -> Int { settings(sampleRate).window }

  private static func settings(_ sampleRate: Int) -> AnalogBinarySettings {
    var settings = AnalogBinarySettings()
    settings.sampleRate = sampleRate
    settings.channels = channels
    settings.highFrequency = min(settings.highFrequency, Double(sampleRate) / 2)
    return settings
  }

  /// A bank that has heard nothing.
  ///
  /// - Throws: that no bank can be designed for this sample rate.
  init(sampleRate: Int) throws {
    let bytes = try AnalogBinaryDesign(EmulatedBank.settings(sampleRate)).section
    section = .allocate(byteCount: bytes.count, alignment: ImageFormat.alignment)
    section.copyMemory(from: bytes, byteCount: bytes.count)
    let shape = FrontEndShape(section: section)
    words = shape.frameLength / 4
    frame = .allocate(capacity: words)
    // Scratch follows the state.
    stateLength = shape.stateLength
    state = .allocate(byteCount: shape.stateLength + shape.scratchLength + 16, alignment: ImageFormat.alignment)
    frontEnd = FrontEnd(section: section, state: state)
  }

  private let stateLength: Int

  deinit {
    section.deallocate()
    state.deallocate()
    frame.deallocate()
  }

  /// Hears `samples` and appends the frames that they complete.
  func hear(_ samples: UnsafeBufferPointer<Int16>, into frames: inout [[UInt32]]) {
    var taken = 0
    while taken < samples.count {
      let step = frontEnd.push(samples, from: taken, into: frame, scratch: state + stateLength)
      taken += step.consumed
      if step.frameReady { frames.append(Array(UnsafeBufferPointer(start: frame, count: words))) }
    }
  }
}
