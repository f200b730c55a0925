import Dormouse

/// Breaks images: blindly, and with knowledge of their structure, so that some mutants pass validation.
public struct Mutator {
  private let intact: ImageBytes

  /// Mutates this image.
  public init(_ bytes: [UInt8]) { intact = ImageBytes(intact: bytes) }

  /// A mutant: one to four changes, most often with derived values and checksum made right again.
  public func mutant(_ random: inout Random) -> [UInt8] {
    var image = intact
    for _ in 0...random.below(random.chance(50) ? 1 : 4) { change(&image, &random) }
    if random.chance(70) { image.rederive() }
    if random.chance(10) { resize(&image, &random) }
    if random.chance(97) { image.seal() }
    return image.bytes
  }

  private func change(_ image: inout ImageBytes, _ random: inout Random) {
    switch random.below(12) {
    case 0: flipBit(&image, &random)
    case 1, 2, 3: setField(&image, &random)
    case 4: copyRecord(&image, &random, swapping: false)
    case 5: copyRecord(&image, &random, swapping: true)
    case 6, 7: changeGeometry(&image, &random)
    case 8: changeShape(&image, &random)
    case 9: scribble(&image, &random)
    case 10: move(&image, &random)
    default: transpose(&image)
    }
  }

  /// A section that has something to break; the header stands for the head and the section table.
  private func anySection(_ random: inout Random) -> SectionKind {
    let kinds = intact.sections.compactMap { SectionKind(rawValue: $0.kind) } + [.header, .program, .tensors]
    return kinds[random.below(kinds.count)]
  }

  /// A byte of a section.
  private func anyPlace(_ random: inout Random) -> Int {
    let kind = anySection(&random)
    guard let section = intact.section(kind), section.length > 0 else {
      return random.below(32 + 16 * intact.sections.count)
    }
    return Int(section.offset) + random.below(Int(section.length))
  }

  private func flipBit(_ image: inout ImageBytes, _ random: inout Random) {
    let place = anyPlace(&random)
    image.store(image.load(UInt8.self, at: place) ^ (1 << UInt8(random.below(8))), at: place)
  }

  /// Sets an aligned field of one, two or four bytes to a value that is likely to hurt.
  private func setField(_ image: inout ImageBytes, _ random: inout Random) {
    let width = [1, 2, 2, 4, 4][random.below(5)]
    let place = anyPlace(&random) / width * width
    switch width {
    case 1: image.store(UInt8(truncatingIfNeeded: value(image.load(UInt8.self, at: place), &random)), at: place)
    case 2: image.store(UInt16(truncatingIfNeeded: value(image.load(UInt16.self, at: place), &random)), at: place)
    default:
      guard place + 4 <= image.bytes.count else { return }
      image.store(UInt32(truncatingIfNeeded: value(image.load(UInt32.self, at: place), &random)), at: place)
    }
  }

  private func value(_ old: some FixedWidthInteger, _ random: inout Random) -> Int {
    let old = Int(truncatingIfNeeded: old)
    switch random.below(8) {
    case 0: return old + 1
    case 1: return old - 1
    case 2: return old + (random.chance(50) ? 16 : -16)
    case 3: return [0, 1, -1, 2, 3, 4, 15, 16, 31, 32][random.below(10)]
    case 4: return 1 << random.below(32)
    case 5: return (1 << random.below(32)) - 1
    case 6: return old * 2
    default: return Int(truncatingIfNeeded: random.next())
    }
  }

  /// Puts one record in the place of another of its kind.
  private func copyRecord(_ image: inout ImageBytes, _ random: inout Random, swapping: Bool) {
    let kind = [SectionKind.header, .tensors, .program, .labels, .detector][random.below(5)]
    let records = image.records(kind)
    guard records.count > 1 else { return }
    let from = records.start + random.below(records.count) * records.size
    let to = records.start + random.below(records.count) * records.size
    for index in 0..<records.size {
      let byte = image.bytes[to + index]
      image.bytes[to + index] = image.bytes[from + index]
      if swapping { image.bytes[from + index] = byte }
    }
  }

  /// Gives a layer another small kernel, stride, dilation, padding, clamp or axis.
  private func changeGeometry(_ image: inout ImageBytes, _ random: inout Random) {
    let layer = image.place(.program, random.below(image.records(.program).count))
    let field = random.below(10)
    switch field {
    case 8: image.store(UInt8(truncatingIfNeeded: random.next()), at: layer + 32 + random.below(2))
    case 9: image.store(UInt8(random.below(4)), at: layer + 3)
    default: image.store(UInt16(random.below(random.chance(80) ? 8 : 70)), at: layer + 16 + 2 * field)
    }
  }

  /// Gives a tensor another extent, type, zero point or lifetime.
  private func changeShape(_ image: inout ImageBytes, _ random: inout Random) {
    let tensor = image.place(.tensors, random.below(image.records(.tensors).count))
    switch random.below(6) {
    case 0: image.store(UInt8(truncatingIfNeeded: random.next()), at: tensor + 1)
    case 2: image.store(UInt8(random.below(5)), at: tensor)
    case 1: image.store(UInt16(random.below(image.records(.program).count)), at: tensor + 2 + 2 * random.below(2))
    default: image.store(UInt16(1 + random.below(40)), at: tensor + 6 + 2 * random.below(3))
    }
  }

  /// Overwrites a stretch of any section with noise.
  private func scribble(_ image: inout ImageBytes, _ random: inout Random) {
    let kind: SectionKind = random.chance(70) ? .weights : anySection(&random)
    guard let section = image.section(kind), section.length > 0 else { return }
    let start = random.below(Int(section.length))
    for offset in 0..<min(1 + random.below(64), Int(section.length) - start) {
      image.bytes[Int(section.offset) + start + offset] = UInt8(truncatingIfNeeded: random.next())
    }
  }

  /// Moves a tensor, a layer's scratch or a constant by multiples of 16, or resizes the activation region.
  private func move(_ image: inout ImageBytes, _ random: inout Random) {
    var place = image.place(.tensors, random.below(image.records(.tensors).count)) + 12
    if random.chance(60) {
      let layer = image.place(.program, random.below(image.records(.program).count))
      place = layer + [36, 44, 48, 52, 56, 64][random.below(6)]
    }
    if random.chance(20), let program = image.section(.program) { place = Int(program.offset) + 8 }
    let steps = random.below(33) - 16
    image.store(image.load(UInt32.self, at: place) &+ UInt32(truncatingIfNeeded: 16 * steps), at: place)
  }

  /// Exchanges height and width everywhere: another network that may well be valid.
  private func transpose(_ image: inout ImageBytes) {
    func exchange(_ place: Int) {
      let first = image.load(UInt16.self, at: place)
      image.store(image.load(UInt16.self, at: place + 2), at: place)
      image.store(first, at: place + 2)
    }
    for index in 0..<image.records(.tensors).count { exchange(image.place(.tensors, index) + 6) }
    for index in 0..<image.records(.program).count {
      let layer = image.place(.program, index)
      for field in 0..<4 { exchange(layer + 16 + 4 * field) }
      let axis = image.load(UInt8.self, at: layer + 3)
      let isConcatenation = image.load(UInt8.self, at: layer) == Operation.concatenation.rawValue
      if isConcatenation, axis < 2 { image.store(1 - axis, at: layer + 3) }
    }
  }

  /// Cuts the file off, or appends to it.
  private func resize(_ image: inout ImageBytes, _ random: inout Random) {
    if random.chance(70) {
      image.bytes.removeLast(random.below(image.bytes.count + 1))
    } else {
      image.bytes += [UInt8](repeating: UInt8(random.below(256)), count: 1 + random.below(64))
    }
  }
}
