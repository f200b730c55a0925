import CDormouse
import Dormouse

// Memory that a caller lends is a `Network`, then its state and activations, each at a multiple of 16 bytes.

private let headLength = ImageFormat.aligned(MemoryLayout<Network>.size)

private func network(_ memory: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Network> {
  memory.assumingMemoryBound(to: Network.self)
}

private func memoryLength(_ image: ModelImage) -> Int {
  headLength + ArenaPlan(program: image.program).length
}

/// Bytes of memory, aligned to 16, that a network of this image needs, or a negative error code.
@c @implementation
public func dm_network_memory_size(_ image: UnsafeRawPointer?, _ length: Int) -> Int {
  guard let image else { return Int(DM_ERROR_NULL) }
  do throws(ImageError) {
    return memoryLength(try ModelImage(validating: image, length: length))
  } catch {
    return Int(error.code)
  }
}

/// Validates the image and prepares `memory` for the functions below; returns 0 or a negative error code.
@c @implementation
public func dm_network_start(
  _ image: UnsafeRawPointer?, _ length: Int, _ memory: UnsafeMutableRawPointer?, _ memoryLength: Int
) -> Int {
  guard let image, let memory else { return Int(DM_ERROR_NULL) }
  guard Int(bitPattern: memory) % ImageFormat.alignment == 0 else { return Int(DM_ERROR_ALIGNMENT) }
  do throws(ImageError) {
    let model = try ModelImage(validating: image, length: length)
    guard memoryLength >= DormouseABI.memoryLength(model) else { return Int(DM_ERROR_MEMORY) }
    memory.bindMemory(to: Network.self, capacity: 1)
      .initialize(
        to: Network(image: model, activations: memory + headLength + ArenaPlan(program: model.program).activations))
    return 0
  } catch {
    return Int(error.code)
  }
}

/// The input, to be filled before each run.
@c @implementation
public func dm_network_input(_ memory: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<Int8>? {
  memory.flatMap { network($0).pointee.input.baseAddress }
}

/// Elements of the input.
@c @implementation
public func dm_network_input_length(_ memory: UnsafeMutableRawPointer?) -> Int {
  memory.map { network($0).pointee.input.count } ?? Int(DM_ERROR_NULL)
}

/// Runs all layers; returns 0 or a negative error code.
@c @implementation
public func dm_network_run(_ memory: UnsafeMutableRawPointer?) -> Int {
  guard let memory else { return Int(DM_ERROR_NULL) }
  network(memory).pointee.run()
  return 0
}

/// The output of the last run.
@c @implementation
public func dm_network_output(_ memory: UnsafeMutableRawPointer?) -> UnsafePointer<Int8>? {
  memory.flatMap { network($0).pointee.output.baseAddress }
}

/// Elements of the output.
@c @implementation
public func dm_network_output_length(_ memory: UnsafeMutableRawPointer?) -> Int {
  memory.map { network($0).pointee.output.count } ?? Int(DM_ERROR_NULL)
}
