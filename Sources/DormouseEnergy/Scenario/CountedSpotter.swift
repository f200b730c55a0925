/// What a counted run comes to at one setting of flash.
public struct StageCycles: Sendable, Codable, Equatable {
  /// How long flash keeps the core waiting.
  public let memory: FlashTiming
  /// Cycles by stage, over the whole run.
  public let cycles: [Stage: Double]
}

/// A counted run of the spotter's firmware, and its cycles at every setting of flash that was asked for.
public struct CountedSpotter: Sendable, Codable {
  /// Instructions by stage.
  public let stages: [StageCounts]
  /// Cycles by stage.
  public let timings: [StageCycles]
  /// Frames that were made.
  public let frames: Int
  /// Inferences that were run.
  public let inferences: Int
  /// Instructions in all.
  public let total: UInt64
  /// The run hit its limit.
  public let stopped: Bool

  /// - Parameters:
  ///   - run: of `spot` or `edges`, which print how many frames and inferences there were.
  ///   - memories: settings of flash.
  ///   - cycles: of a run by stage at a setting of flash, which a core's timing table says.
  /// - Throws: that the firmware printed no counts, or held an instruction that the core does not have.
  public init(
    _ run: CountedRun, memories: [FlashTiming], cycles: (CountedRun, FlashTiming) throws -> [Stage: Double]
  ) throws {
    stages = run.stages
    total = run.total
    stopped = run.stopped
    func number(_ word: String) -> Int? {
      run.output.split(separator: "\n").lazy.compactMap { line -> Int? in
        let words = line.split(separator: " ")
        return words.count > 1 && words[0] == word ? Int(words[1]) : nil
      }.first
    }
    if let frames = number("frames"), let inferences = number("inferences") {
      self.frames = frames
      self.inferences = inferences
    } else if run.stopped {
      // Nothing was printed yet; layers say how many inferences were begun.
      inferences = Int(run[.layer(0)]?.occurrences ?? 0)
      frames = 0
    } else {
      let last = run.output.split(separator: "\n").last ?? "nothing"
      throw PowerError("the firmware did not finish; its last words: \(last)")
    }
    var timings: [StageCycles] = []
    for memory in memories where !timings.contains(where: { $0.memory == memory }) {
      timings.append(StageCycles(memory: memory, cycles: try cycles(run, memory)))
    }
    self.timings = timings
  }

  /// Cycles of a stage at a setting of flash; 0 if it did not occur.
  public func cycles(_ stage: Stage, _ memory: FlashTiming) -> Double {
    timings.first { $0.memory == memory }?.cycles[stage] ?? 0
  }
}
