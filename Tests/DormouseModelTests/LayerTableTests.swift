import Dormouse
import DormouseModel
import DormouseMutation
import Foundation
import Testing

@Suite("Layer table") struct LayerTableTests {
  @Test func countsWhatTheLayersDo() throws {
    let loaded = try LoadedImage(bytes: ImageWriter(SampleGraphs.dense([960, 192, 192, 128, 12])).bytes())
    let table = LayerTable(loaded.image)
    let macs = [960 * 192, 192 * 192, 192 * 128, 128 * 12]
    #expect(table.rows.map(\.macs) == macs)
    #expect(table.totals.macs == macs.reduce(0, +))
    #expect(table.totals.parameters == macs.reduce(0, +) + 192 + 192 + 128 + 12)
    #expect(table.totals.arithmeticCost == 64 * table.totals.macs)
    #expect(table.rows.allSatisfy { $0.encoding == "int8" && $0.operation == "dense" })
    #expect(table.totals.flash == loaded.image.length)
    #expect(table.totals.activations == table.totals.activationsLowerBound)
  }

  @Test func countsEveryPositionOfAConvolution() throws {
    let loaded = try LoadedImage(bytes: ImageWriter(SampleGraphs.temporal(frames: 20, bands: 10, channels: 18)).bytes())
    let table = LayerTable(loaded.image)
    #expect(table.rows[0].macs == 20 * 18 * 3 * 10)
    #expect(table.rows[1].macs == 20 * 18 * 5)
    #expect(table.rows[0].window == "3x1 pad 1x0")
    #expect(table.rows[3].operation == "add" && table.rows[3].macs == 0 && table.rows[3].inputs.count == 2)
    #expect(table.totals.arena > table.totals.activations)
  }

  @Test func survivesJSON() throws {
    let loaded = try LoadedImage(bytes: ImageWriter(SampleGraphs.planar()).bytes())
    let table = LayerTable(loaded.image)
    #expect(try JSONDecoder().decode(LayerTable.self, from: JSONEncoder().encode(table)) == table)
  }
}
