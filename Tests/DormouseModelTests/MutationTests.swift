import DormouseMutation
import Testing

@Suite("Mutated images") struct MutationTests {
  @Test func neverWriteOutsideTheirArena() throws {
    // The first slice of what `tools/mutate` runs under AddressSanitizer.
    let campaign = Campaign(images: try Campaign.sampleImages(), trial: Trial(maximumWork: 300_000))
    let report = campaign.run(0..<5000)
    print(report)
    #expect(report.failures.isEmpty)
    #expect(report.ran > 1000)
    #expect(report.refused.count > 15)
  }

  @Test func guardsSeeAPlantedError() throws {
    #expect(try Campaign.planted(guardLength: 256) == .wroteOutside)
  }

  @Test func mutantsAreTheSameEveryTime() throws {
    let images = try Campaign.sampleImages()
    let first = Campaign(images: images, trial: Trial())
    let second = Campaign(images: images, trial: Trial())
    for number in 0..<50 { #expect(first.mutant(number).bytes == second.mutant(number).bytes) }
  }
}
