// Cuts power at every operation of model updates on emulated flash memories.
//
//     dormouse-powercut             one JSON object: powercut.distinct, powercut.survived, powercut.updated
import DormousePowerCut
import Foundation

let campaign = try PowerCutCampaign()
var distinct = 0
var survived = 0
var updated = 0
for geometry in PowerCutCampaign.Geometry.all {
  let report = campaign.run(geometry) { FileHandle.standardError.write(Data("\($0)\n".utf8)) }
  for failure in report.failures.prefix(10) { FileHandle.standardError.write(Data("\(failure)\n".utf8)) }
  distinct += report.distinct
  survived += report.survived
  updated += report.updated
}
print("{\"powercut.distinct\": \(distinct), \"powercut.survived\": \(survived), \"powercut.updated\": \(updated)}")
exit(survived == distinct ? 0 : 1)
