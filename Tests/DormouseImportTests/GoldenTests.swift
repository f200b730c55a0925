import DormouseImport
import Foundation
import Testing

@Suite("Converted models compute what the ONNX file says")
struct GoldenTests {
  @Test("every output of every fixture equals exact integer arithmetic", arguments: Fixture.all)
  func convertedFixtureMatches(fixture: Fixture) throws {
    let runner = try Runner(onnx: fixture.model())
    let inputs = try fixture.inputs()
    #expect(inputs.count % runner.inputCount == 0 && !inputs.isEmpty)
    let outputs = runner.outputs(of: inputs)
    #expect(try outputs == fixture.outputs())
  }

  @Test(
    "files of PyTorch, Brevitas and onnxruntime's quantizer: equal to the peer, but for a stated number of outputs",
    arguments: Exported.all)
  func exportedModelMatchesPeer(model: Exported) throws {
    let fixture = model.fixture
    let difference = Difference(try Runner(onnx: fixture.model()).outputs(of: fixture.inputs()), try fixture.outputs())
    print("\(model.name) against its peer: \(difference)")
    #expect(difference.count == 32 * 4)
    #expect(difference.changed <= model.differing)
    #expect(difference.largest <= 1)
  }

  @Test(
    "dense250k, made from LiteRT's tensors, reproduces LiteRT's 64 golden vectors",
    .enabled(if: Peers.python != nil && Shared.url("data/models") != nil, "needs ../shared and the Python environment"))
  func dense250kMatchesLiteRT() throws {
    let models = try #require(Shared.url("data/models"))
    let model = try Peers.temporary { file in
      try Peers.run("tools/golden/dense250k_onnx.py", ["-o", file.path, "--models", models.path])
    }
    let inputs = try Peers.array(models.appendingPathComponent("kws250k_golden_x_int8_pc.npy"), count: 64 * 960)
    let outputs = try Peers.array(models.appendingPathComponent("kws250k_golden_y_int8_pc.npy"), count: 64 * 12)
    #expect(try Runner(onnx: model).outputs(of: inputs) == outputs)
  }

  @Test(
    "a model of onnxruntime's quantizer agrees with onnxruntime within one step",
    .enabled(if: Peers.python != nil && Shared.url("data/models") != nil, "needs ../shared and the Python environment"))
  func quantizerModelMatchesOnnxruntime() throws {
    let models = try #require(Shared.url("data/models"))
    let model = models.appendingPathComponent("kws250k_int8_qdq_gemm_s8s8.onnx")
    let frames = models.appendingPathComponent("kws250k_golden_x_f32.npy")
    var outputs = Data()
    let inputs = try Peers.temporary { input in
      outputs = try Peers.temporary { output in
        try Peers.run(
          "tools/golden/onnx_peer.py",
          [model.path, "--input", input.path, "--output", output.path, "--frames", frames.path])
      }
    }
    let ours = try Runner(onnx: Data(contentsOf: model)).outputs(of: inputs.map { Int8(bitPattern: $0) })
    let difference = Difference(ours, outputs.map { Int8(bitPattern: $0) })
    // The peer computes in float32 and rounds halves to even; we round the exact product's halves up.
    print("kws250k_int8_qdq_gemm_s8s8 against onnxruntime: \(difference)")
    #expect(difference.count >= 64 * 12)
    #expect(difference.largest <= 1)
  }
}
