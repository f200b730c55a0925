import Dormouse
import DormouseModel

/// Tries many mutants of a few images and counts what became of them.
public struct Campaign {
  /// What became of the mutants.
  public struct Report: Equatable, Sendable {
    /// Mutants made.
    public var tried = 0
    /// Mutants that validated and ran.
    public var ran = 0
    /// Mutants that validated, but would have computed for too long.
    public var tooLong = 0
    /// Refused, by reason.
    public var refused: [UInt8: Int] = [:]
    /// Numbers of mutants that wrote outside their arena, or computed differently with another instruction set: must
    /// stay empty.
    public var failures: [Int] = []
  }

  private let mutators: [(name: String, mutator: Mutator)]
  private let trial: Trial

  /// Mutants of the sample graphs, or of these images.
  public init(images: [(name: String, bytes: [UInt8])], trial: Trial) {
    mutators = images.map { ($0.name, Mutator($0.bytes)) }
    self.trial = trial
  }

  /// Images of all sample graphs.
  public static func sampleImages() throws -> [(name: String, bytes: [UInt8])] {
    [
      ("dense", try ImageWriter(SampleGraphs.dense([37, 18, 7, 3])).bytes()),
      ("temporal", try ImageWriter(SampleGraphs.temporal()).bytes()),
      ("planar", try ImageWriter(SampleGraphs.planar()).bytes()),
      (
        "narrow",
        try ImageWriter(
          SampleGraphs.dense(
            [37, 18, 33, 9, 5, 3], encodings: [.int4, .int5, .ternary, .codebook3, .binary])
        ).bytes()
      ),
      (
        "cascade",
        try CascadeWriter(keywordMargin: 100, otherMargin: 10).join(
          LoadedImage(bytes: ImageWriter(SampleGraphs.temporal(encodings: [.binary], seed: 8)).bytes()).image,
          LoadedImage(bytes: ImageWriter(SampleGraphs.temporal(channels: 20, seed: 9)).bytes()).image)
      ),
      (
        "narrow temporal",
        try ImageWriter(SampleGraphs.temporal(encodings: [.int3, .int4, .codebook2, .rise2])).bytes()
      ),
      ("binary", try ImageWriter(SampleGraphs.binary()).bytes()),
      ("analog", try ImageWriter(SampleGraphs.analog()).bytes()),
    ]
  }

  /// A planted error: a dense network whose arena lacks the last byte of the output, which a C primitive writes.
  ///
  /// AddressSanitizer must end the program here; guards must report `wroteOutside`.
  public static func planted(guardLength: Int) throws -> Trial.Outcome {
    var random = Random(seed: 0)
    let bytes = try ImageWriter(SampleGraphs.dense([640, 16])).bytes()
    return Trial(guardLength: guardLength, shortage: 1).run(bytes, &random)
  }

  /// The mutant with a number, always the same.
  public func mutant(_ number: Int) -> (bytes: [UInt8], random: Random) {
    var random = Random(seed: UInt64(number) + 1)
    let bytes = mutators[number % mutators.count].mutator.mutant(&random)
    return (bytes, random)
  }

  /// Tries mutants by number; `progress` is called every 10,000.
  public func run(_ numbers: Range<Int>, progress: (Int) -> Void = { _ in }) -> Report {
    var report = Report()
    for number in numbers {
      var (bytes, random) = mutant(number)
      report.tried += 1
      switch trial.run(bytes, &random) {
      case .refused(let error): report.refused[error.reason.rawValue, default: 0] += 1
      case .ran: report.ran += 1
      case .tooLong: report.tooLong += 1
      case .wroteOutside, .disagreed: report.failures.append(number)
      }
      if report.tried % 10_000 == 0 { progress(report.tried) }
    }
    return report
  }
}

extension Campaign.Report: CustomStringConvertible {
  /// A few lines.
  public var description: String {
    let reasons = refused.sorted { $0.value > $1.value }.map { reason, count in
      "  \(count) refused: \(ImageError.Reason(rawValue: reason).map { "\($0)" } ?? "\(reason)")"
    }
    let head =
      "\(tried) mutants: \(ran) validated and ran, \(tooLong) validated and were too long to run, "
      + "\(failures.count) failed\(failures.isEmpty ? "" : " \(failures.prefix(10))")"
    return ([head] + reasons).joined(separator: "\n")
  }
}
