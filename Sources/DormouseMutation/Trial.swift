import Dormouse

/// Validates an image and, if it is accepted, runs it as a device would.
///
/// Image and arena each lie in a block of their own, exactly as long as they are, so that AddressSanitizer sees the first
/// byte beyond. Without it, guards before and behind the arena tell.
public struct Trial {
  /// What became of an image.
  public enum Outcome: Equatable, Sendable {
    /// The validator refused it.
    case refused(ImageError)
    /// It validated and ran, and left everything outside its arena alone.
    case ran
    /// It validated, but would compute for too long to try.
    case tooLong
    /// It validated, ran, and wrote outside its arena.
    case wroteOutside
    /// It validated and ran, but its logits depend on the instruction set.
    case disagreed
  }

  /// Products of one inference above which an image isn't run.
  public let maximumWork: Int
  /// Bytes before and behind the arena that must survive; 0 under AddressSanitizer.
  public let guardLength: Int
  /// Bytes that the arena lacks: a planted error, to prove that it would be seen. 0 otherwise.
  public let shortage: Int

  /// Memberwise.
  public init(maximumWork: Int = 4_000_000, guardLength: Int = 256, shortage: Int = 0) {
    self.maximumWork = maximumWork
    self.guardLength = guardLength
    self.shortage = shortage
  }

  /// Tries an image; `random` makes its input.
  public func run(_ bytes: [UInt8], _ random: inout Random) -> Outcome {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: ImageFormat.alignment)
    defer { memory.deallocate() }
    memory.copyBytes(from: bytes)
    // An allocation of zero bytes may have no address; the validator must not read it anyway.
    guard let base = memory.baseAddress else { return .refused(ImageError(.header, at: 0, .tooShort)) }
    do throws(ImageError) {
      let image = try ModelImage(validating: base, length: bytes.count)
      return try run(image, &random)
    } catch {
      return .refused(error)
    }
  }

  private func run(_ image: ModelImage, _ random: inout Random) throws(ImageError) -> Outcome {
    guard Work.products(image) <= maximumWork, image.arenaLength <= 1 << 24 else { return .tooLong }
    let length = image.arenaLength - shortage
    let block = UnsafeMutableRawBufferPointer.allocate(
      byteCount: length + 2 * guardLength, alignment: ImageFormat.alignment)
    defer { block.deallocate() }
    for index in block.indices { block[index] = 0xA5 }
    guard let arena = block.baseAddress.map({ $0 + guardLength }) else { return .ran }
    if image.hasFrontEnd { try listen(image, arena, &random) }
    let agreed = infer(image, arena, &random)
    for index in 0..<guardLength where block[index] != 0xA5 || block[guardLength + length + index] != 0xA5 {
      return .wroteOutside
    }
    return agreed ? .ran : .disagreed
  }

  /// Pushes noise through a spotter until it has run its network twice.
  private func listen(
    _ image: ModelImage, _ arena: UnsafeMutableRawPointer, _ random: inout Random
  ) throws(ImageError) {
    var spotter = try Spotter(image: image, arena: arena, arenaLength: image.arenaLength)
    let samples = (0..<997).map { _ in Int16(truncatingIfNeeded: random.next()) }
    var inferences = 0
    samples.withUnsafeBufferPointer { samples in
      for _ in 0..<40 where inferences < 2 {
        var taken = 0
        while taken < samples.count {
          let progress = spotter.push(samples, from: taken)
          taken += progress.consumed
          if progress.inference { inferences += 1 }
        }
      }
    }
  }

  /// Runs the network by itself on noise, with every instruction set; returns whether all gave the same logits.
  private func infer(_ image: ModelImage, _ arena: UnsafeMutableRawPointer, _ random: inout Random) -> Bool {
    let plan = ArenaPlan(image)
    var logits: [[Int8]] = []
    let noise = (0..<image.tensor(Int(image.program.input)).byteLength).map { _ in
      Int8(truncatingIfNeeded: random.next())
    }
    for set in [InstructionSet.portable, .avx2, .avx512, .best] where set.isSupported {
      let network = Network(image: image, activations: arena + plan.activations, instructionSet: set)
      _ = network.input.update(fromContentsOf: noise)
      network.run()
      logits.append(Array(network.output))
    }
    return logits.allSatisfy { $0 == logits[0] }
  }
}

/// How long an image computes.
enum Work {
  /// Products, comparisons or copies of one inference, at most; saturates.
  static func products(_ image: ModelImage) -> Int {
    var sum = 0
    for index in 0..<image.layerCount {
      let layer = image.layer(index)
      let input = image.tensor(Int(layer.inputs.0))
      let output = image.tensor(Int(layer.output))
      let taps = max(Int(layer.kernelHeight) * Int(layer.kernelWidth), 1)
      switch Operation(rawValue: layer.operation) {
      case .dense: sum += input.count * output.count
      case .convolution: sum += output.count * taps * Int(input.channels)
      default: sum += output.count * taps
      }
    }
    return sum
  }
}
