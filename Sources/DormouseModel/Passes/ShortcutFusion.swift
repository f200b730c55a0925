import Dormouse

extension Graph {
  /// The graph with additions of int16 made part of the layers of signs that give one of their terms.
  ///
  /// The result is the same to the last bit: a shortcut is added after saturation, as the addition does. It saves the
  /// addition's pass over memory and one of its three tensors.
  public func fusingShortcuts() -> Graph {
    var result = self
    var index = 0
    while index < result.nodes.count {
      if let maker = result.maker(ofTermIn: index) {
        let addition = result.nodes[index]
        let term = result.nodes[maker].output
        let shortcut = addition.inputs[0] == term ? addition.inputs[1] : addition.inputs[0]
        result.nodes[maker].inputs.append(shortcut)
        result.nodes[maker].output = addition.output
        result.nodes.remove(at: index)
        result.removeTensor(term)
      } else {
        index += 1
      }
    }
    return result
  }

  /// The layer of signs whose int16 output only the addition `index` reads, and before which its other term is there.
  private func maker(ofTermIn index: Int) -> Int? {
    let addition = nodes[index]
    guard addition.operation == .add, tensors[addition.output].type == .int16, addition.inputs[0] != addition.inputs[1]
    else { return nil }
    for (term, other) in [(addition.inputs[1], addition.inputs[0]), (addition.inputs[0], addition.inputs[1])] {
      guard let maker = nodes.firstIndex(where: { $0.output == term }), term != output,
        nodes.count(where: { $0.inputs.contains(term) }) == 1, nodes[maker].inputs.count == 1,
        nodes[maker].operation.kind == .dense || nodes[maker].operation.kind == .convolution
      else { continue }
      let isThere = other == input || nodes[..<maker].contains { $0.output == other }
      if isThere { return maker }
    }
    return nil
  }

  /// Removes a tensor that no node names.
  private mutating func removeTensor(_ index: Int) {
    func moved(_ other: Int) -> Int { other > index ? other - 1 : other }
    tensors.remove(at: index)
    for number in nodes.indices {
      nodes[number].inputs = nodes[number].inputs.map(moved)
      nodes[number].output = moved(nodes[number].output)
    }
    input = moved(input)
    output = moved(output)
  }
}
