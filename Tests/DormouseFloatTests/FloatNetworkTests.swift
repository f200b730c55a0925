import DormouseFloat
import Testing

@Suite("The float baseline")
struct FloatNetworkTests {
  /// Two inputs, three hidden elements, two outputs.
  private let widths: [Int32] = [2, 3, 2]
  private let parameters: [Float] = [
    // Weights and biases of the first layer, then of the second.
    1, 2, -3, 4, 0.5, -0.25, 0.5, -1, 0,
    1, -1, 2, 0, 0.5, 8, 0.125, -2,
  ]

  @Test("gives what a calculation by hand gives, rectified between layers only")
  func byHand() {
    let network = FloatNetwork(parameters: parameters, widths: widths, layers: 2)
    #expect(network.scratchCount == 6)
    var scratch = [Float](repeating: .nan, count: network.scratchCount)
    var output: [Float] = [.nan, .nan]
    network.run([1, 2], into: &output, scratch: &scratch)
    // Hidden: 1 + 4 + 0.5 = 5.5; -3 + 8 - 1 = 4; 0.5 - 0.5 + 0 = 0. Outputs: 5.5 - 4 + 0.125; 2 - 2.
    #expect(output == [Float(1.625), Float(0)])
    network.run([-2, 1], into: &output, scratch: &scratch)
    // Hidden: -2 + 2 + 0.5 = 0.5; 6 + 4 - 1 = 9; -1 - 0.25 < 0, so 0. Outputs: 0.5 - 9 + 0.125; 4.5 - 2.
    #expect(output == [Float(-8.375), Float(2.5)])
  }
}
