/// What this build of the runtime has beside int8 networks on log-mel features.
///
/// Images that need what was left out are refused with `ImageError.Reason.partMissing`.
enum RuntimeParts {
  /// Layers that read or write bits or int16.
  ///
  /// Flash is dear: firmware for an int8 model is compiled with `DORMOUSE_WITHOUT_BITS`.
  @inline(__always)
  static var hasBits: Bool {
    #if DORMOUSE_WITHOUT_BITS
      false
    #else
      true
    #endif
  }

  /// The analog-binary front end: left out by `DORMOUSE_WITHOUT_ANALOG`.
  @inline(__always)
  static var hasAnalog: Bool {
    #if DORMOUSE_WITHOUT_ANALOG
      false
    #else
      true
    #endif
  }

  /// Weights that are stored as anything but bytes: left out by `DORMOUSE_WITHOUT_NARROW`.
  @inline(__always)
  static var hasNarrow: Bool {
    #if DORMOUSE_WITHOUT_NARROW
      false
    #else
      true
    #endif
  }

  /// What only networks have that come from TensorFlow Lite: see `Network+Imported.swift`; left out by
  /// `DORMOUSE_WITHOUT_IMPORTED`, which the C primitives must be told, too.
  @inline(__always)
  static var hasImported: Bool {
    #if DORMOUSE_WITHOUT_IMPORTED
      false
    #else
      true
    #endif
  }

  /// Layers other than dense ones: left out by `DORMOUSE_WITHOUT_CONVOLUTIONS`, together with bits.
  @inline(__always)
  static var hasConvolutions: Bool {
    #if DORMOUSE_WITHOUT_CONVOLUTIONS
      false
    #else
      true
    #endif
  }

  /// The micro front end: left out by `DORMOUSE_WITHOUT_MICRO`.
  @inline(__always)
  static var hasMicro: Bool {
    #if DORMOUSE_WITHOUT_MICRO
      false
    #else
      true
    #endif
  }

  /// Encodings of weights other than `int8` and `int4`: left out by `DORMOUSE_WITHOUT_WIDTHS`, together with bits.
  @inline(__always)
  static var hasWidths: Bool {
    #if DORMOUSE_WITHOUT_WIDTHS
      false
    #else
      true
    #endif
  }

  /// MFCC: left out by `DORMOUSE_WITHOUT_MFCC`.
  @inline(__always)
  static var hasMfcc: Bool {
    #if DORMOUSE_WITHOUT_MFCC
      false
    #else
      true
    #endif
  }

  /// Log-mel with pre-emphasis: left out by `DORMOUSE_WITHOUT_EMPHASIS`.
  @inline(__always)
  static var hasEmphasis: Bool {
    #if DORMOUSE_WITHOUT_EMPHASIS
      false
    #else
      true
    #endif
  }

  /// A second network in the image, which verifies the first: left out by `DORMOUSE_WITHOUT_CASCADE`.
  @inline(__always)
  static var hasCascades: Bool {
    #if DORMOUSE_WITHOUT_CASCADE
      false
    #else
      true
    #endif
  }
}
