import Dormouse
import DormouseModel
import DormouseMutation
import Testing

@Suite("Model images: writer and validator agree") struct ImageRoundTripTests {
  static let graphs: [(name: String, graph: Graph)] = [
    ("dense 20-12-3", SampleGraphs.dense([20, 12, 3])),
    ("dense 960-192-192-128-12", SampleGraphs.dense([960, 192, 192, 128, 12])),
    ("temporal", SampleGraphs.temporal()), ("analog", SampleGraphs.analog()),
    ("planar", SampleGraphs.planar()),
  ]

  @Test(arguments: graphs.map(\.name)) func writtenImageValidates(name: String) throws {
    let graph = Self.graphs.first { $0.name == name }!.graph
    let bytes = try ImageWriter(graph).bytes()
    let loaded = try LoadedImage(bytes: bytes)
    #expect(loaded.labels == graph.labels)
    #expect(loaded.name == graph.name)
    #expect(loaded.version == graph.version)
    #expect(loaded.image.layerCount == graph.nodes.count)
    #expect(loaded.image.hasFrontEnd == (graph.frontEnd != nil))
  }

  @Test func equalGraphsGiveEqualBytes() throws {
    #expect(try ImageWriter(SampleGraphs.temporal()).bytes() == ImageWriter(SampleGraphs.temporal()).bytes())
  }
}
