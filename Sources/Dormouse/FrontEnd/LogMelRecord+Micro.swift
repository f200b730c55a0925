extension LogMelRecord {
  /// Whether the fields that no kind uses, or only other kinds, are zero.
  @inline(__always)
  var isExtraSound: Bool {
    #if !DORMOUSE_WITHOUT_MFCC
      if kind == LogMelRecord.mfcc { return emphasis == 0 }
    #endif
    #if !DORMOUSE_WITHOUT_MICRO
      if kind == LogMelRecord.micro { return coefficients | emphasis == 0 }
    #endif
    #if !DORMOUSE_WITHOUT_EMPHASIS
      if kind == LogMelRecord.emphasized {
        return extraTable | coefficients == 0 && emphasis >= 1 && emphasis <= 32768
      }
    #endif
    return extraTable | coefficients | emphasis == 0
  }

  /// Bytes of a window coefficient: 2 in the micro front end, else 4.
  @inline(__always)
  var windowEntryLength: UInt32 {
    #if !DORMOUSE_WITHOUT_MICRO
      if kind == LogMelRecord.micro { return 2 }
    #endif
    return 4
  }

  #if !DORMOUSE_WITHOUT_MICRO
    /// Proves what the micro front end relies on: the window table, whose bounds are checked, and its own tables.
    ///
    /// Entries of the other tables may be anything: they index nothing, and arithmetic wraps around.
    @_optimize(size)
    func validateMicroTables(section: UnsafeRawPointer, length: Int, offset: Int) throws(ImageError) {
      let coefficients = (section + Int(windowTable)).assumingMemoryBound(to: Int16.self)
      for index in 0..<Int(window) {
        guard coefficients[index] >= 0, coefficients[index] <= 4096 else {
          throw ImageError(.frontEnd, at: offset &+ Int(windowTable) &+ 2 &* index, .badValue)
        }
      }
      guard extraTable & 3 == 0 else { throw ImageError(.frontEnd, at: offset &+ 52, .misaligned) }
      guard LogMelRecord.fits(extraTable, UInt32(MicroRecord.length), in: length) else {
        throw ImageError(.frontEnd, at: offset &+ 52, .outOfBounds)
      }
      let start = Int(extraTable)
      let micro = (section + start).load(as: MicroRecord.self)
      guard micro.evenSmoothing <= 16384, micro.oddSmoothing <= 16384, micro.remaining <= 16384 else {
        throw ImageError(.frontEnd, at: offset &+ start, .badValue)
      }
      guard micro.reserved == 0, micro.reserved1 == (0, 0) else {
        throw ImageError(.frontEnd, at: offset &+ start &+ 6, .reservedNotZero)
      }
    }
  #endif
}
