import CDormouse
import Dormouse

/// A spotter in an arena that a caller of the C interface lent.
///
///     OpenSpotter | detector settings of the labels | arena of the image
///
/// each at a multiple of 16 bytes. The settings are copied out of the image, so that thresholds can be set while the
/// image stays in flash.
struct OpenSpotter: ~Copyable {
  /// Says that there is a spotter here and nowhere else: a constant, mixed with the address.
  var seal: UInt
  var spotter: Spotter
  #if !DORMOUSE_WITHOUT_ANALOG
    /// Set if edges are heard instead of samples.
    var edges: ComparatorEdges?
  #endif

  /// Bytes before the settings.
  static var headLength: Int { ImageFormat.aligned(MemoryLayout<OpenSpotter>.size) }
  /// Bytes of the settings of a label; together they end at a multiple of 16.
  static var keywordLength: Int { MemoryLayout<KeywordRecord>.size }

  private static func keywordsLength(_ image: ModelImage) -> Int {
    ImageFormat.aligned(image.labelCount &* keywordLength)
  }

  /// Bytes of arena that a spotter of the image needs.
  static func arenaLength(_ image: ModelImage) -> Int {
    headLength &+ keywordsLength(image) &+ image.arenaLength
  }

  private static func seal(of arena: UnsafeMutableRawPointer) -> UInt {
    UInt(bitPattern: arena) ^ UInt(truncatingIfNeeded: ImageFormat.magic)
  }

  /// Makes a spotter of a validated image.
  ///
  /// - Parameters:
  ///   - arena: aligned to 16.
  ///   - length: bytes; at least `arenaLength`.
  /// - Throws: why the image or the arena is refused; the arena is as it was then.
  @_optimize(size)
  static func open(_ image: ModelImage, in arena: UnsafeMutableRawPointer, length: Int) throws(ImageError) {
    guard image.hasFrontEnd else { throw ImageError(.frontEnd, at: 0, .missingSection) }
    guard length >= arenaLength(image) else { throw ImageError(.header, at: 0, .arenaTooSmall) }
    let keywords = (arena + headLength).bindMemory(to: KeywordRecord.self, capacity: image.labelCount)
    let rest = headLength &+ keywordsLength(image)
    let place = arena.bindMemory(to: OpenSpotter.self, capacity: 1)
    // Made where it stays: it is large, and the stack is not.
    place.initialize(
      to: OpenSpotter(
        seal: seal(of: arena),
        spotter: try Spotter(image: image, arena: arena + rest, arenaLength: length &- rest)))
    for label in 0..<image.labelCount { keywords[label] = image.keywords[label] }
    place.pointee.spotter.use(keywords: keywords)
  }

  private init(seal: UInt, spotter: consuming Spotter) {
    self.seal = seal
    self.spotter = spotter
    #if !DORMOUSE_WITHOUT_ANALOG
      edges = nil
    #endif
  }

  /// The spotter in an arena.
  ///
  /// - Returns: nil and a code if there is none.
  @inline(never)
  @_optimize(size)
  static func find(in arena: UnsafeMutableRawPointer?) -> (place: UnsafeMutablePointer<OpenSpotter>?, code: Int32) {
    guard let arena else { return (nil, DORMOUSE_ERROR_NULL_POINTER) }
    guard UInt(bitPattern: arena) & UInt(ImageFormat.alignment &- 1) == 0 else {
      return (nil, DORMOUSE_ERROR_ARENA_MISALIGNED)
    }
    guard arena.load(as: UInt.self) == seal(of: arena) else { return (nil, DORMOUSE_ERROR_NOT_OPEN) }
    return (arena.assumingMemoryBound(to: OpenSpotter.self), DORMOUSE_OK)
  }

  /// The detector settings of a label; null if there is no such label.
  static func keyword(_ label: Int32, in place: UnsafeMutablePointer<OpenSpotter>) -> UnsafeMutablePointer<
    KeywordRecord
  >? {
    guard label >= 0, Int(label) < place.pointee.spotter.image.labelCount else { return nil }
    return (UnsafeMutableRawPointer(place) + headLength).assumingMemoryBound(to: KeywordRecord.self) + Int(label)
  }
}

extension dormouse_event {
  /// What a push did.
  init(_ progress: Spotter.Progress) {
    self.init(
      frame: progress.frame ? 1 : 0, inference: progress.inference ? 1 : 0,
      label: Int32(truncatingIfNeeded: progress.detection?.label ?? -1),
      score: Int32(truncatingIfNeeded: progress.detection?.score ?? 0), start: progress.detection?.start ?? 0,
      end: progress.detection?.end ?? 0)
  }
}
