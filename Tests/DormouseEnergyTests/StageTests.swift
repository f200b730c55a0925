import DormouseEnergy
import Foundation
import Testing

@Suite struct StageTests {
  @Test func everyStageIsReadBackFromItsName() throws {
    for stage in [Stage.start, .acquire, .frontEnd, .layer(0), .layer(17), .detector, .idle, .other] {
      #expect(Stage(stage.description) == stage)
      let json = try JSONEncoder().encode([stage])
      #expect(try JSONDecoder().decode([Stage].self, from: json) == [stage])
    }
    #expect(Stage("layer") == nil && Stage("layer -1") == nil && Stage("") == nil)
  }

  @Test func stagesFollowTheSound() {
    let order = [Stage.start, .acquire, .frontEnd, .layer(0), .layer(1), .detector, .other, .idle]
    #expect(order.reversed().sorted() == order)
  }
}
