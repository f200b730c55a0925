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
      join(index, to)
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

  /// Channels of bits are joined bit by bit, everything else as bytes.
  private func join(_ index: Int, _ to: TensorRecord) {
    let layer = image.layer(index)
    guard to.holds(.bits) && layer.axis == Concatenation.Axis.channels.rawValue else {
      var output = write(to, Int8.self).mutableSpan
      return concatenate(index, into: &output, to)
    }
    var output = write(to, UInt32.self).mutableSpan
    let indices: InlineArray<4, UInt16> = [layer.inputs.0, layer.inputs.1, layer.inputs.2, layer.inputs.3]
    var offset = 0
    for index in 0..<Int(layer.inputCount) {
      let tensor = image.tensor(Int(indices[index]))
      Concatenation.run(read(tensor, UInt32.self).span, Shape(tensor), atChannel: offset, into: &output, Shape(to))
      offset = offset &+ Int(tensor.channels)
    }
  }

  /// The memory of a tensor as elements, or words of bits.
  @inline(__always)
  private func pointer<Element>(_ tensor: TensorRecord, _: Element.Type) -> UnsafeMutablePointer<Element> {
    UnsafeMutableRawPointer(elements(of: tensor)).assumingMemoryBound(to: Element.self)
  }

  @inline(__always)
  private func read<Element>(_ tensor: TensorRecord, _ type: Element.Type) -> UnsafeBufferPointer<Element> {
    UnsafeBufferPointer(write(tensor, type))
  }

  @inline(__always)
  private func write<Element>(_ tensor: TensorRecord, _ type: Element.Type) -> UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(
      start: pointer(tensor, type), count: tensor.byteLength / MemoryLayout<Element>.size)
  }
}
