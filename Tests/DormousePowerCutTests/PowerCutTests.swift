import DormousePowerCut
import Testing

@Suite("Power cuts")
struct PowerCutTests {
  @Test("A device survives a cut at some of the operations of an update, on every kind of memory")
  func cuts() throws {
    let campaign = try PowerCutCampaign()
    var distinct = 0
    for (index, geometry) in PowerCutCampaign.Geometry.all.enumerated() {
      // The last operation, the commit, and every so many before it.
      let report = campaign.run(geometry, step: index == 3 ? 3 : 61)
      #expect(report.failures == [])
      #expect(report.survived == report.distinct)
      #expect(report.updated > 0 && report.updated < report.distinct)
      distinct += report.distinct
    }
    print("power cuts: \(distinct) survived; all are in tools/bench footprint")
  }
}
