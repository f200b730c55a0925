import DormouseISA

/// What becomes of the dot products of a binary layer, and where it goes.
///
/// An accumulator is the dot product itself or, where weights have levels, `256 * dot + levels[o] * total`, `total` the sum
/// of the window's signs.
public enum BinaryResults {
  /// A bit a channel: whether the accumulator reaches `biases[o]`, or, where `shifts[o]` is negative, doesn't exceed it.
  case bits(UnsafeMutablePointer<UInt32>)
  /// `requantize(accumulator + biases[o])`.
  case int8(UnsafeMutablePointer<Int8>)
  /// The same, saturated to int16; to it the shortcut's value, where there is one, is added and saturated again.
  case int16(UnsafeMutablePointer<Int16>, shortcut: UnsafePointer<Int16>?)

  /// Takes the sums of `window` for channels `first ..< first + count`; `first` is a multiple of 32.
  func take(
    _ window: BinaryWindow, _ constants: LayerConstants, from first: Int, count: Int, on set: InstructionSet
  ) {
    let channels = Int32(truncatingIfNeeded: count)
    let hasLevels = constants.encoding == .binaryLevels
    if case .bits(let words) = self, !hasLevels {
      dm_binarize(
        set.rawValue, window.sums, window.valid, constants.biases + first, constants.shifts + first, channels,
        words + first &>> 5)
      return
    }
    if hasLevels {
      let levels = constants.table(at: first)
      let total = window.total()
      for index in 0..<count {
        window.sums[index] = 256 &* (window.valid &- 2 &* window.sums[index]) &+ levels[index] &* total
      }
    } else {
      for index in 0..<count { window.sums[index] = window.valid &- 2 &* window.sums[index] }
    }
    switch self {
    case .bits(let words):
      var packer = BitPacker(words + first &>> 5)
      for index in 0..<count {
        packer.append(constants.bit(window.sums[index], channel: first &+ index))
      }
      packer.finish()
    case .int8(let elements):
      var rescale = constants.rescale
      rescale.skip(first)
      dm_requantize(set.rawValue, window.sums, rescale, channels, elements + first)
    case .int16(let elements, let shortcut):
      for index in 0..<count {
        let channel = first &+ index
        var value = constants.requantize16(window.sums[index] &+ constants.biases[channel], channel: channel)
        if let shortcut { value = saturated16(Int32(value) &+ Int32(shortcut[channel])) }
        elements[channel] = value
      }
    }
  }

  /// Moves on to the next position, `channels` further.
  mutating func advance(_ channels: Int) {
    switch self {
    case .bits(let words): self = .bits(words + SignWords.count(channels: channels))
    case .int8(let elements): self = .int8(elements + channels)
    case .int16(let elements, let shortcut):
      self = .int16(elements + channels, shortcut: shortcut.map { $0 + channels })
    }
  }
}

/// `value`, or the nearest that int16 has.
@inline(__always)
func saturated16(_ value: Int32) -> Int16 { Int16(truncatingIfNeeded: min(max(value, -32768), 32767)) }

extension LayerConstants {
  /// Whether `value` is on the side of the channel's threshold that makes a 1.
  @inline(__always)
  func bit(_ value: Int32, channel: Int) -> Bool {
    shifts[channel] < 0 ? value <= biases[channel] : value >= biases[channel]
  }

  /// Requantizes an accumulator, its bias included, to int16.
  @inline(__always)
  func requantize16(_ accumulator: Int32, channel: Int) -> Int16 {
    saturated16(dm_scale(accumulator, multipliers[channel], shifts[channel]))
  }

  /// The table of Int32 that `codebook` points at in layers of words and in prelu, from entry `first` on.
  @inline(__always)
  func table(at first: Int = 0) -> UnsafePointer<Int32> {
    UnsafeRawPointer(codebook).assumingMemoryBound(to: Int32.self) + first
  }
}

/// Fills words with bits, from the lowest on.
struct BitPacker {
  private var target: UnsafeMutablePointer<UInt32>
  private var word: UInt32 = 0
  private var place: UInt32 = 0

  init(_ target: UnsafeMutablePointer<UInt32>) { self.target = target }

  @inline(__always)
  mutating func append(_ bit: Bool) {
    if bit { word |= 1 &<< place }
    place = place &+ 1
    if place == 32 { flush() }
  }

  /// Writes a last, incomplete word, its unused bits 0; the next bit starts a new word.
  @inline(__always)
  mutating func finish() {
    if place > 0 { flush() }
  }

  private mutating func flush() {
    target.pointee = word
    target += 1
    word = 0
    place = 0
  }
}
