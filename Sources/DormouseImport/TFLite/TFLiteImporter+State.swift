import Dormouse
import DormouseModel

/// CALL_ONCE, VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE: what a streaming network keeps from one inference to the next.
extension TFLiteImporter {
  /// Checks that variables start with zeros, which is what a state tensor starts with.
  mutating func callOnce(_ operation: TFLiteOperator) throws {
    let graph = try file.graph(operation.option(0, Int32(0)))
    var names: [Int: String] = [:]
    for step in graph.operators {
      func failed(_ problem: String) -> ImportError { operation.error("calls \(step.place), which \(problem)") }
      switch step.code.name {
      case "VAR_HANDLE":
        guard let output = step.outputs.first else { throw failed("has no output") }
        names[output] = try step.text(0) + "/" + step.text(1)
      case "ASSIGN_VARIABLE":
        guard step.inputs.count == 2, step.inputs.allSatisfy({ $0 >= 0 }), names[step.inputs[0]] != nil else {
          throw failed("names no variable")
        }
        let tensor = graph.tensors[step.inputs[1]]
        guard try tensor.isConstant() else { throw failed("assigns \(tensor.place), which is no constant") }
        let zero = try quantization(of: tensor).zeroPoint
        guard try tensor.bytes().allSatisfy({ Int($0) == zero }) else {
          throw failed("starts a variable with other values than zero")
        }
      default: throw failed("can't be converted there")
      }
    }
  }

  mutating func variableHandle(_ operation: TFLiteOperator) throws {
    handles[try target(operation).index] = try operation.text(0) + "/" + operation.text(1)
  }

  mutating func readVariable(_ operation: TFLiteOperator) throws {
    let name = try variable(operation)
    let target = try target(operation)
    let layout = try TFLiteLayout(target.shape, place: target.place)
    let state = try state(
      name, operation,
      Tensor(
        name: target.place, shape: layout.shape, quantization: try quantization(of: target), home: .state))
    values[target.index] = Value(tensor: state, layout: layout)
  }

  mutating func assignVariable(_ operation: TFLiteOperator) throws {
    let name = try variable(operation)
    let input = try read(operation, 1)
    var tensor = tensors[input]
    tensor.home = .state
    tensor.constant = []
    let state = try state(name, operation, tensor)
    try keepOldValues(of: state, before: operation)
    // A slice that only the variable reads goes there at once.
    let isReadLater = main.operators.contains { other in
      other.index != operation.index && other.inputs.contains { $0 >= 0 && values[$0]?.tensor == input }
    }
    if let last = nodes.last, last.output == input, last.operation.kind == .crop, !isReadLater,
      !last.inputs.contains(state), values[main.outputs[0]]?.tensor != input
    {
      nodes[nodes.count - 1].output = state
    } else {
      emit(operation, .crop(Rectangle()), [input], state)
    }
  }

  /// Copies what a variable held before it is overwritten, if a later operator reads that.
  private mutating func keepOldValues(of state: Int, before operation: TFLiteOperator) throws {
    let old = values.filter { $0.value.tensor == state }.keys
    let later = main.operators.dropFirst(operation.index + 1).flatMap(\.inputs) + main.outputs
    guard !old.isDisjoint(with: later) else { return }
    var copy = tensors[state]
    copy.home = .activations
    tensors.append(copy)
    nodes.append(
      Node(name: operation.place, operation: .crop(Rectangle()), inputs: [state], output: tensors.count - 1))
    for index in old { values[index]?.tensor = tensors.count - 1 }
  }

  private func variable(_ operation: TFLiteOperator) throws -> String {
    let handle = try source(operation, 0)
    guard let name = handles[handle.index] else { throw operation.error("reads \(handle.place), which is no variable") }
    return name
  }

  /// The state tensor of a variable, which must always have one shape and quantization.
  private mutating func state(_ name: String, _ operation: TFLiteOperator, _ tensor: Tensor) throws -> Int {
    guard let index = variables[name] else {
      tensors.append(tensor)
      variables[name] = tensors.count - 1
      return tensors.count - 1
    }
    guard tensors[index].shape == tensor.shape, tensors[index].quantization == tensor.quantization else {
      throw operation.error("uses variable \(name.quoted) in another shape or scale than before")
    }
    return index
  }
}

extension Dictionary<Int, TFLiteImporter.Value>.Keys {
  fileprivate func isDisjoint(with others: [Int]) -> Bool { !others.contains { contains($0) } }
}
