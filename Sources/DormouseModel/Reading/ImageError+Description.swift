import Dormouse

extension ImageError {
  /// The error in plain words: where, what, and what to do.
  public var plainWords: String {
    switch reason {
    case .arenaTooSmall:
      return "the arena is too small: give it ARENA_LENGTH bytes, as the image says"
    case .arenaMisaligned:
      return "the arena must start at a multiple of 16 bytes: align the buffer"
    case .missingSection:
      return "section \(section.title) is missing; \(reason.advice)"
    default:
      return "section \(section.title), offset 0x\(String(offset, radix: 16)): \(reason.sentence); \(reason.advice)"
    }
  }
}

extension ImageError {
  /// The same, with what the image says of itself where that helps: the number of an encoding and the format's version.
  func plainWords(of image: [UInt8]) -> String {
    guard image.indices.contains(offset), image.count >= 8 else { return plainWords }
    let minor = UInt16(image[6]) + UInt16(image[7]) << 8
    if reason == .unsupportedEncoding, section == .program {
      let known = Encoding(rawValue: image[offset]).map { "\($0)" } ?? "number \(image[offset])"
      return
        "section program, offset 0x\(String(offset, radix: 16)): weights are stored as encoding \(known), which this "
        + "runtime (image format \(ImageFormat.majorVersion).\(ImageFormat.minorVersion)) does not know here; the image "
        + "has format \(Int(image[4]) + Int(image[5]) << 8).\(minor): \(reason.advice)"
    }
    // An image that says that it is newer than this runtime holds what the runtime can't know.
    guard minor > ImageFormat.minorVersion else { return plainWords }
    return plainWords + " (the image has format \(ImageFormat.majorVersion).\(minor), this runtime knows "
      + "\(ImageFormat.majorVersion).\(ImageFormat.minorVersion))"
  }
}

extension ImageError.Reason {
  /// Which rule is broken.
  public var sentence: String {
    switch self {
    case .tooShort: "it ends too early"
    case .badMagic: "this is no model image (it does not begin with DRMS)"
    case .unsupportedVersion: "the image has a format version that this runtime does not know"
    case .lengthMismatch: "the length in the file is not the length of what is there"
    case .checksumMismatch: "the checksum does not match the content"
    case .reservedNotZero: "a reserved or unused field is not zero"
    case .misaligned: "an address or offset is not aligned"
    case .unknownSection: "the kind of a section is unknown"
    case .duplicateSection: "it is there twice"
    case .missingSection: "it is missing"
    case .outOfBounds: "an offset or length points outside"
    case .overlap: "it shares bytes with something else that is in use"
    case .badCount: "a count is impossible"
    case .badValue: "a value is out of range"
    case .badShape: "shapes don't fit together"
    case .badTensorIndex: "a tensor index is out of range"
    case .readBeforeWrite: "a tensor is read before it is written, or after its lifetime"
    case .badMultiplier: "a scale or multiplier is out of range"
    case .accumulatorOverflow: "an accumulator could overflow 32 bits"
    case .badText: "a text is not printable UTF-8"
    case .arenaLengthMismatch: "the arena length is not what the layers need"
    case .arenaTooSmall: "the arena is too small"
    case .arenaMisaligned: "the arena is not aligned"
    case .unsupportedOperation: "the operation of a layer is unknown"
    case .unsupportedEncoding: "the encoding of weights is unknown, or not one for the layer's operation"
    case .badType: "the element type of a tensor is unknown, or not one for the layer's operation"
    case .partMissing: "the image needs a part of the runtime that this build was compiled without"
    case .badWeight: "a stored weight is outside the grid of its encoding"
    }
  }

  /// What to do about it.
  var advice: String {
    switch self {
    case .badMagic: "give a .dormouse file, or convert the model first"
    case .unsupportedVersion, .unsupportedOperation, .unsupportedEncoding:
      "update the runtime, or convert the model with the tools of this version"
    case .partMissing:
      "compile it without DORMOUSE_WITHOUT_BITS, _ANALOG or _CASCADE, whichever it is, or take a model that needs less"
    case .tooShort, .lengthMismatch, .checksumMismatch:
      "the file is damaged or cut off: copy it again, or convert the model again"
    default: "the file is damaged or was made by another tool: convert the model again"
    }
  }
}

extension SectionKind {
  /// Name of the section in messages.
  public var title: String {
    switch self {
    case .header: "header"
    case .frontEnd: "front end"
    case .tensors: "tensors"
    case .program: "program"
    case .weights: "weights"
    case .labels: "labels"
    case .detector: "detector"
    case .identity: "identity"
    case .verifier: "verifier"
    }
  }
}
