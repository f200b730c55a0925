extension Network {
  /// Runs a layer that reads or writes bits or int16.
  @inline(never)
  func runBits(_ index: Int, _ from: TensorRecord, _ to: TensorRecord, _ constants: LayerConstants) {
    let layer = image.layer(index)
    switch Operation(rawValue: layer.operation).unsafelyUnwrapped {
    case .dense:
      runBinary(layer, .dense(input: Shape(from), outputs: to.count), from, to, constants)
    case .convolution:
      runBinary(layer, geometry(of: index, input: from, output: to), from, to, constants)
    case .binarize:
      var output = write(to, UInt32.self).mutableSpan
      if from.holds(.int8) {
        Binarize.run(read(from, Int8.self).span, constants, Shape(from), into: &output)
      } else {
        Binarize.run(read(from, Int16.self).span, constants, Shape(from), into: &output)
      }
    case .prelu:
      var output = write(to, Int16.self).mutableSpan
      PReLU.run(read(from, Int16.self).span, constants, channels: Int(to.channels), into: &output)
    case .rescale:
      rescale(from, to, constants)
    case .maxPool:
      var output = write(to, UInt32.self).mutableSpan
      MaxPool.run(read(from, UInt32.self).span, geometry(of: index, input: from, output: to), into: &output)
    case .averagePool:
      var output = write(to, Int16.self).mutableSpan
      AveragePool.run(read(from, Int16.self).span, geometry(of: index, input: from, output: to), into: &output)
    case .add:
      var output = write(to, Int16.self).mutableSpan
      Add.run(read(from, Int16.self).span, read(image.tensor(Int(layer.inputs.1)), Int16.self).span, into: &output)
    case .concatenation:
      concatenate(index, into: to)
    case .depthwise, .lookup, .softmax, .multiply, .crop, .mean:
      break
    }
  }

  private func runBinary(
    _ layer: LayerRecord, _ geometry: Geometry, _ from: TensorRecord, _ to: TensorRecord, _ constants: LayerConstants
  ) {
    let results: BinaryResults
    if to.holds(.bits) {
      results = .bits(pointer(to, UInt32.self))
    } else if to.holds(.int8) {
      results = .int8(elements(of: to))
    } else {
      let shortcut = layer.inputCount == 2 ? pointer(image.tensor(Int(layer.inputs.1)), Int16.self) : nil
      results = .int16(pointer(to, Int16.self), shortcut: shortcut.map { UnsafePointer($0) })
    }
    BinaryConvolution.run(
      read(from, UInt32.self).span, constants, geometry, into: results, scratch: scratch(of: layer), on: instructionSet)
  }

  private func rescale(_ from: TensorRecord, _ to: TensorRecord, _ constants: LayerConstants) {
    if from.holds(.int8) {
      var output = write(to, Int16.self).mutableSpan
      Rescale.run(read(from, Int8.self).span, constants, into: &output)
    } else if to.holds(.int8) {
      var output = write(to, Int8.self).mutableSpan
      Rescale.run(read(from, Int16.self).span, constants, into: &output)
    } else {
      var output = write(to, Int16.self).mutableSpan
      Rescale.run(read(from, Int16.self).span, constants, into: &output)
    }
  }
}
