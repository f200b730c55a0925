import DormouseModel
import DormouseMutation
import Testing

@Suite("Memory planner") struct MemoryPlannerTests {
  typealias Buffer = MemoryPlanner.Buffer

  @Test func buffersThatLiveTogetherNeverOverlap() {
    var random = Random(seed: 7)
    var planned = 0
    var bound = 0
    for _ in 0..<300 {
      let buffers = (0..<1 + random.below(24)).map { _ in
        let start = random.below(20)
        return Buffer(length: 1 + random.below(3000), lifetime: start...start + random.below(6))
      }
      let plan = MemoryPlanner(attempts: 200).plan(buffers)
      for (index, buffer) in buffers.enumerated() {
        #expect(plan.offsets[index] % 16 == 0)
        #expect(plan.offsets[index] + buffer.length <= plan.length)
        for other in 0..<index where buffers[other].lifetime.overlaps(buffer.lifetime) {
          #expect(
            plan.offsets[other] + buffers[other].length <= plan.offsets[index]
              || plan.offsets[index] + buffer.length <= plan.offsets[other])
        }
      }
      #expect(plan.length >= plan.lowerBound)
      planned += plan.length
      bound += plan.lowerBound
    }
    let excess = Double(planned) / Double(bound) - 1
    print("300 random plans: \(excess * 100) % above the lower bound")
    #expect(excess < 0.02)
  }

  @Test func findsThePerfectPlanOfAChain() {
    let buffers = (0..<10).map { Buffer(length: $0 % 2 == 0 ? 1000 : 160, lifetime: $0...$0 + 1) }
    let plan = MemoryPlanner().plan(buffers)
    #expect(plan.length == 1008 + 160)
    #expect(plan.length == plan.lowerBound)
  }

  @Test func findsThePerfectPlanOfAResidual() {
    let buffers = [
      Buffer(length: 64, lifetime: 0...1), Buffer(length: 48, lifetime: 1...3), Buffer(length: 32, lifetime: 2...4),
      Buffer(length: 64, lifetime: 4...5), Buffer(length: 16, lifetime: 0...5),
    ]
    let plan = MemoryPlanner().plan(buffers)
    #expect(plan.length == plan.lowerBound)
  }

  @Test func noBuffersNeedNoMemory() {
    #expect(MemoryPlanner().plan([]).length == 0)
  }

  @Test func planIsTheSameEveryTime() {
    let buffers = (0..<30).map { Buffer(length: 100 + $0 * 37 % 400, lifetime: $0 / 2...$0 / 2 + $0 % 5) }
    #expect(MemoryPlanner().plan(buffers) == MemoryPlanner().plan(buffers))
  }
}
