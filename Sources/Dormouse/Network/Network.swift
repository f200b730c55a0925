import DormouseISA

/// Runs the program of a model image, layer by layer, over one activation region.
///
/// The network keeps no state between runs, unless the image has tensors that do. Tensors and scratch lie where the image
/// says; the validator has proven that they fit, so nothing is checked here.
public struct Network {
  /// The image whose program this runs.
  public let image: ModelImage
  /// The instructions that its kernels use.
  public let instructionSet: InstructionSet
  let activations: UnsafeMutableRawPointer

  /// Runs `image` over the `image.program.activationLength` bytes at `activations`, which is aligned to 16; state, if there
  /// is any, lies right before them and is forgotten now. `ArenaPlan(image).activations` is their place in an arena.
  @inline(__always)
  public init(
    image: ModelImage, activations: UnsafeMutableRawPointer, instructionSet: InstructionSet = .best
  ) {
    self.image = image
    self.activations = activations
    self.instructionSet = instructionSet
    reset()
  }

  /// The bytes of the input tensor, to be filled before `run`, which may overwrite them; for bits, little-endian words
  /// whose unused bits are 0.
  public var input: UnsafeMutableBufferPointer<Int8> {
    let tensor = image.tensor(Int(image.program.input))
    return UnsafeMutableBufferPointer(start: elements(of: tensor), count: tensor.byteLength)
  }

  /// The output tensor, valid from `run` until something else is written to the activation region.
  public var output: UnsafeBufferPointer<Int8> {
    let tensor = image.tensor(Int(image.program.output))
    return UnsafeBufferPointer(start: elements(of: tensor), count: tensor.count)
  }

  /// Runs all layers.
  public func run() {
    for index in 0..<image.layerCount {
      dm_mark_next_layer()
      runLayer(index)
    }
  }

  /// Runs one layer; for profiling. The layers before it must have run.
  public func runLayer(_ index: Int) {
    let layer = image.layer(index)
    let from = image.tensor(Int(layer.inputs.0))
    let to = image.tensor(Int(layer.output))
    let constants = image.constants(of: layer, input: from, output: to)
    if RuntimeParts.hasBits && !(from.holds(.int8) && to.holds(.int8)) { return runBits(index, from, to, constants) }
    if RuntimeParts.hasImported && layer.isImported { return runImported(index, from, to, constants) }
    let input = Span(_unsafeStart: UnsafePointer(elements(of: from)), count: from.count)
    var output = MutableSpan(_unsafeStart: elements(of: to), count: to.count)
    switch layer.known.unsafelyUnwrapped {
    case .dense:
      Dense.run(input, constants, into: &output, scratch: scratch(of: layer), on: instructionSet)
    case .convolution:
      Convolution.run(
        input, constants, geometry(of: index, input: from, output: to), into: &output, scratch: scratch(of: layer),
        on: instructionSet)
    case .depthwise:
      Depthwise.run(
        input, constants, geometry(of: index, input: from, output: to), into: &output, scratch: scratch(of: layer),
        on: instructionSet)
    case .averagePool:
      AveragePool.run(
        input, constants, geometry(of: index, input: from, output: to), into: &output, on: instructionSet)
    case .maxPool:
      MaxPool.run(input, constants, geometry(of: index, input: from, output: to), into: &output)
    case .add:
      let second = image.tensor(Int(layer.inputs.1))
      Add.run(
        input, Span(_unsafeStart: UnsafePointer(elements(of: second)), count: second.count), constants,
        into: &output, on: instructionSet)
    case .concatenation:
      concatenate(index, into: to)
    case .rescale:
      if RuntimeParts.hasBits { Rescale.run(input, constants, into: &output) }
    case .binarize, .prelu, .lookup, .softmax, .multiply, .crop, .mean:
      break
    }
  }

  /// The record is read again: only then is it not copied as a whole for layers that have no geometry.
  @inline(never)
  func geometry(of index: Int, input: TensorRecord, output: TensorRecord) -> Geometry {
    Geometry(image.layer(index), input: input, output: output)
  }

  /// Joins bytes, of whichever type: a position is as many bytes as its channels take. Only channels of bits don't fill
  /// their bytes, and are joined one by one.
  func concatenate(_ index: Int, into result: TensorRecord) {
    let layer = image.layer(index)
    let axis = Concatenation.Axis(rawValue: layer.axis).unsafelyUnwrapped
    let joinsBits = RuntimeParts.hasBits && axis == .channels && result.holds(.bits)
    let indices: InlineArray<4, UInt16> = [layer.inputs.0, layer.inputs.1, layer.inputs.2, layer.inputs.3]
    var offset = 0
    for index in 0..<Int(layer.inputCount) {
      let tensor = image.tensor(Int(indices[index]))
      if joinsBits {
        var output = write(result, UInt32.self).mutableSpan
        Concatenation.run(
          read(tensor, UInt32.self).span, Shape(tensor), atChannel: offset, into: &output, Shape(result))
        offset = offset &+ Int(tensor.channels)
      } else {
        var output = write(result, Int8.self).mutableSpan
        let part = Shape(bytesOf: tensor)
        Concatenation.run(
          read(tensor, Int8.self).span, part, axis: axis, at: offset, into: &output, Shape(bytesOf: result))
        offset = offset &+ part.extent(along: axis)
      }
    }
  }

  @inline(__always)
  func elements(of tensor: TensorRecord) -> UnsafeMutablePointer<Int8> {
    let region = RuntimeParts.hasImported ? region(of: tensor) : activations
    return (region + Int(truncatingIfNeeded: tensor.arenaOffset)).assumingMemoryBound(to: Int8.self)
  }

  /// The memory of a tensor as elements, or words of bits.
  @inline(__always)
  func pointer<Element>(_ tensor: TensorRecord, _: Element.Type) -> UnsafeMutablePointer<Element> {
    UnsafeMutableRawPointer(elements(of: tensor)).assumingMemoryBound(to: Element.self)
  }

  @inline(__always)
  func read<Element>(_ tensor: TensorRecord, _ type: Element.Type) -> UnsafeBufferPointer<Element> {
    UnsafeBufferPointer(write(tensor, type))
  }

  @inline(__always)
  func write<Element>(_ tensor: TensorRecord, _ type: Element.Type) -> UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(
      start: pointer(tensor, type), count: tensor.byteLength / MemoryLayout<Element>.size)
  }

  @inline(__always)
  func scratch(of layer: LayerRecord) -> UnsafeMutablePointer<Int8> {
    (activations + Int(truncatingIfNeeded: layer.scratch)).assumingMemoryBound(to: Int8.self)
  }
}

extension Shape {
  /// The shape of a tensor as bytes.
  @inline(__always)
  init(bytesOf tensor: TensorRecord) {
    self.init(Int(tensor.height), Int(tensor.width), tensor.positionLength)
  }

  /// Extent along one axis.
  fileprivate func extent(along axis: Concatenation.Axis) -> Int {
    switch axis {
    case .height: height
    case .width: width
    case .channels: channels
    }
  }
}
