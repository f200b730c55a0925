/// What only networks have that come from TensorFlow Lite: layers that Dormouse's own models don't use, tensors that keep
/// their content from one inference to the next, and constants among the activations.
///
/// All of it is left out where the runtime is compiled with `DORMOUSE_WITHOUT_IMPORTED`.
extension Network {
  /// Forgets what earlier inferences have left: state becomes zero points.
  @inline(__always)
  public func reset() {
    if RuntimeParts.hasImported { resetState() }
  }

  @inline(never)
  private func resetState() {
    for index in 0..<image.tensorCount {
      let tensor = image.tensor(index)
      if tensor.home == TensorHome.state.rawValue {
        elements(of: tensor).fill(tensor.byteLength, with: tensor.zeroPoint)
      }
    }
  }

  /// Where the region begins that a tensor lies in.
  func region(of tensor: TensorRecord) -> UnsafeMutableRawPointer {
    switch TensorHome(rawValue: tensor.home) {
    case .state: activations - image.program.stateRegionLength
    // No layer writes there: the validator has seen to it.
    case .image: UnsafeMutableRawPointer(mutating: image.start(of: .weights))
    default: activations
    }
  }

  /// Runs a layer for which `LayerRecord.isImported`.
  @inline(never)
  func runImported(_ index: Int, _ from: TensorRecord, _ to: TensorRecord, _ constants: LayerConstants) {
    let layer = image.layer(index)
    let input = Span(_unsafeStart: UnsafePointer(elements(of: from)), count: from.count)
    var output = MutableSpan(_unsafeStart: elements(of: to), count: to.count)
    switch Operation(rawValue: layer.operation).unsafelyUnwrapped {
    case .lookup:
      Lookup.run(input, constants, into: &output)
    case .softmax:
      Softmax.run(input, constants, channels: Int(to.channels), into: &output)
    case .crop:
      Crop.run(input, Shape(from), layer, fill: from.zeroPoint, into: &output, Shape(to))
    case .mean:
      Mean.run(
        input, constants, geometry(of: index, input: from, output: to), into: &output, on: instructionSet)
    default:
      let second = image.tensor(Int(layer.inputs.1))
      Elementwise.run(
        input, Shape(from), Span(_unsafeStart: UnsafePointer(elements(of: second)), count: second.count),
        Shape(second), constants, adds: layer.operation == Operation.add.rawValue, into: &output, Shape(to))
    }
  }
}
