/// What one run of a firmware executed, exactly.
public struct CountedRun: Sendable {
  /// The core that the firmware was built for, and whose timing is to be applied.
  public let core: Core
  /// The stages that occurred, in the order of the sound's way.
  public let stages: [StageCounts]
  /// Functions by instructions, most first. Code outside all functions is `?`.
  public let functions: [FunctionCounts]
  /// Straight runs of code, by address.
  public let blocks: [Block]
  /// The run hit its limit of instructions or of time, and was stopped there.
  public let stopped: Bool
  /// Instructions executed in all.
  public let total: UInt64
  /// What the firmware printed.
  public let output: String
  /// The firmware's exit code; 0 if it was stopped.
  public let exitCode: Int32

  /// The counts of one stage; nil if it did not occur.
  public subscript(stage: Stage) -> StageCounts? { stages.first { $0.stage == stage } }
}

/// What ran in one stage.
public struct StageCounts: Sendable, Codable {
  /// The stage.
  public let stage: Stage
  /// Times its marker was passed; 1 for `start`. The front end's is passed each time that it is given samples, which may
  /// be more often than it makes frames.
  public let occurrences: UInt64
  /// Instructions.
  public let instructions: UInt64
  /// Branches, jumps, calls and returns that went elsewhere than to the next instruction.
  public let takenBranches: UInt64
  /// Accesses that read memory; one of several words counts as often as the emulator reads.
  public let loads: UInt64
  /// Accesses that write memory, counted the same way.
  public let stores: UInt64
  /// The loads that read flash.
  public let flashReads: UInt64
  /// The flash reads that fall in another line of flash than the one before, for lines of 8, 16 and 32 bytes.
  public let flashLines: [UInt64]
  /// The flash reads that miss a cache of the 8 lines of 32 bytes that were read last.
  public let flashMisses: UInt64
}

/// What one function executed, without the functions that it called.
public struct FunctionCounts: Sendable, Codable {
  /// The symbol's name.
  public let name: String
  /// Address of its first instruction.
  public let address: UInt64
  /// Instructions.
  public let instructions: UInt64
}

/// Code that is entered at its first instruction only and left at its end, and how often that happened by stage.
public struct Block: Sendable {
  /// Address of the first instruction.
  public let address: UInt64
  /// The code.
  public let code: [UInt8]
  /// Number of instructions.
  public let instructions: Int
  /// The function that it belongs to; `?` outside all functions.
  public let function: String
  /// Whether the code lies in flash.
  public let isFlash: Bool
  /// How often it ran in each stage that it ran in.
  public let tallies: [Tally]

  /// Executions in one stage.
  public struct Tally: Sendable {
    /// The stage.
    public let stage: Stage
    /// Executions.
    public let executed: UInt64
    /// Executions that were not followed by the instruction behind the block.
    public let taken: UInt64
    /// Executions that were not preceded by the instruction before the block: that jumped here.
    public let entered: UInt64
  }
}
