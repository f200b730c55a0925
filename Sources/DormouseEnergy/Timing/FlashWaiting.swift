/// How long flash keeps a core waiting, by stage.
///
/// Code, without a cache: a jump waits for its target's line, and running into the next line waits for that; with
/// prefetch, only for what the cycles spent in this line have not hidden. With a cache: each line of code that a stage
/// uses is fetched once each time that the stage occurs, as if the stages in between had displaced it: loops cost
/// nothing after their first pass.
///
/// Constants, without a cache: each read of another line than the read before waits. With a cache: each that misses the 8 lines of 32 bytes read last,
/// which is what the data cache of an STM32L4 holds ("RM0432", 3.3.6).
extension TimingTable {
  func waiting(_ run: CountedRun, _ memory: FlashTiming) throws(CountingError) -> [Stage: Double] {
    var waiting: [Stage: Double] = [:]
    var used: [Stage: Set<UInt64>] = [:]
    let wait = Double(memory.waitStates)
    let length = UInt64(max(memory.lineBytes, 1))
    for block in run.blocks where block.isFlash && !block.code.isEmpty {
      let (first, last) = (block.address / length, (block.address + UInt64(block.code.count) - 1) / length)
      if memory.cache {
        for tally in block.tallies { used[tally.stage, default: []].formUnion(first...last) }
        continue
      }
      let cost = try cost(of: block)
      let hidden = memory.prefetch ? cost.base * Double(length) / Double(block.code.count) : 0
      let sequential = max(0, wait - hidden)
      for tally in block.tallies {
        let fallsIntoLine = block.address % length == 0 ? tally.executed - min(tally.entered, tally.executed) : 0
        let crossings = Double(tally.executed) * Double(last - first) + Double(fallsIntoLine)
        waiting[tally.stage, default: 0] += Double(tally.entered) * wait + crossings * sequential
      }
    }
    for stage in run.stages {
      let fetched = Double(used[stage.stage]?.count ?? 0) * Double(stage.occurrences)
      let lines = stage.flashLines[memory.lineBytes <= 8 ? 0 : memory.lineBytes <= 16 ? 1 : 2]
      let reads = Double(memory.cache ? stage.flashMisses : lines)
      waiting[stage.stage, default: 0] += (fetched + reads) * wait
    }
    return waiting
  }
}
