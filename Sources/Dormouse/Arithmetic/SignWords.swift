/// Signs packed into 32-bit words: element `i` is bit `i % 32` of word `i / 32`; unused bits are 0.
public enum SignWords {
  /// Words that hold this many channels.
  @inline(__always)
  public static func count(channels: Int) -> Int { (channels &+ 31) &>> 5 }

  /// The bits of the last word that hold channels.
  @inline(__always)
  static func lastMask(channels: Int) -> UInt32 {
    channels & 31 == 0 ? ~0 : (1 &<< UInt32(truncatingIfNeeded: channels & 31)) &- 1
  }

  /// 1 or -1: what bit `index` of `words` stands for.
  static func sign(_ words: Span<UInt32>, _ index: Int) -> Int32 {
    words[index &>> 5] &>> UInt32(truncatingIfNeeded: index & 31) & 1 == 1 ? 1 : -1
  }
}
