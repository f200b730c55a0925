import DormouseModel

// Operators that move no data here: they only change how the file sees a tensor.
extension OnnxImporter {
  func transpose(_ node: OnnxNode) throws -> OnnxValue {
    let listed = try node.integers("perm")
    func order(_ rank: Int) throws -> [Int] {
      let order = listed ?? Array((0..<rank).reversed())
      guard Permutation.isValid(order, count: rank) else { throw node.error("permutes \(rank) axes by \(order)") }
      return order
    }
    switch try value(node, 0) {
    case .constant(let tensor):
      try spend(tensor.count, node)
      return .constant(tensor.transposed(try order(tensor.shape.count)))
    case .weights(var weights):
      try spend(weights.tensor.count, node)
      let order = try order(weights.tensor.shape.count)
      weights.tensor = weights.tensor.transposed(order)
      weights.axis = weights.axis.flatMap { order.firstIndex(of: $0) }
      return .weights(weights)
    default:
      return try viewed(node) { axes in try order(axes.count).map { axes[$0] } }
    }
  }

  func flatten(_ node: OnnxNode) throws -> OnnxValue {
    try viewed(node) { axes in
      let listed = try node.integer("axis", 1)
      let axis = listed < 0 ? listed + axes.count : listed
      guard axis >= 0, axis <= axes.count else { throw node.error("names axis \(listed) of \(axes.count)") }
      return [axes[..<axis].flatMap { $0 }, axes[axis...].flatMap { $0 }]
    }
  }

  func reshape(_ node: OnnxNode) throws -> OnnxValue {
    guard let listed = try integers(node, attribute: "shape", input: 1) else { throw node.error("lacks its shape") }
    guard listed.count <= Extents.maximumRank else { throw node.error("has \(listed.count) axes") }
    let keepsZeros = try node.integer("allowzero", 0) != 0
    func target(from shape: [Int]) throws -> [Int] {
      var target = listed
      for (axis, extent) in target.enumerated() where extent == 0 && !keepsZeros && axis < shape.count {
        target[axis] = shape[axis]
      }
      if let free = target.firstIndex(of: -1) {
        target[free] = 1
        guard let known = Extents.checked(target.map { Int64($0) })?.reduce(1, *), known > 0 else {
          throw node.error("has the shape \(listed)")
        }
        target[free] = shape.reduce(1, *) / known
      }
      guard let extents = Extents.checked(target.map { Int64($0) }), extents.reduce(1, *) == shape.reduce(1, *) else {
        throw node.error("reshapes \(shape) to \(listed)", remedy: "export with a batch of 1 and fixed shapes")
      }
      return extents
    }
    return try reshaped(node, target)
  }

  func squeeze(_ node: OnnxNode) throws -> OnnxValue {
    let listed = try integers(node, attribute: "axes", input: 1)
    return try reshaped(node) { shape in
      let axes = try listed.map { try self.normalized($0, rank: shape.count, node) } ?? Array(shape.indices)
      guard listed == nil || axes.allSatisfy({ shape[$0] == 1 }) else {
        throw node.error("squeezes an axis of \(shape) that is not 1")
      }
      return shape.enumerated().filter { $0.element != 1 || !axes.contains($0.offset) }.map(\.element)
    }
  }

  func unsqueeze(_ node: OnnxNode) throws -> OnnxValue {
    guard let listed = try integers(node, attribute: "axes", input: 1) else { throw node.error("lacks its axes") }
    return try reshaped(node) { shape in
      let rank = shape.count + listed.count
      let axes = try self.normalized(listed, rank: rank, node)
      guard rank <= Extents.maximumRank, Set(axes).count == axes.count else { throw node.error("names axes \(listed)") }
      var rest = shape[...]
      return (0..<rank).map { axes.contains($0) ? 1 : rest.removeFirst() }
    }
  }

  func pad(_ node: OnnxNode) throws -> OnnxValue {
    guard node.text("mode", "constant") == "constant" else {
      throw node.error("pads by \(node.text("mode", "").quoted)", remedy: "pad with zeros")
    }
    let filler = try optionalConstant(node, 2)?.reals ?? [Double(node.real("value", 0))]
    guard filler.allSatisfy({ $0 == 0 }) else { throw node.error("pads with a number other than zero") }
    guard node.input(3) == nil, let pads = try integers(node, attribute: "pads", input: 1) else {
      throw node.error("lacks constant pads for every axis")
    }
    var view = try activation(node, 0)
    let rank = view.axes.count
    guard pads.count == 2 * rank, pads.allSatisfy({ $0 >= 0 && $0 <= 65535 }) else {
      throw node.error("has the pads \(pads.prefix(16))")
    }
    for axis in 0..<rank where pads[axis] > 0 || pads[axis + rank] > 0 {
      guard view.padding[axis] == nil else { throw padError(node) }
      view.padding[axis] = TensorView.Padding(before: pads[axis], after: pads[axis + rank])
    }
    return .activation(view)
  }
}

extension OnnxImporter {
  /// The value seen with other axes, made from its present ones.
  private func viewed(_ node: OnnxNode, _ change: ([[Atom]]) throws -> [[Atom]]) throws -> OnnxValue {
    func changed(_ view: TensorView) throws -> TensorView {
      guard view.padding.isEmpty else { throw padError(node) }
      return TensorView(
        tensor: view.tensor, axes: try change(view.axes.map { atoms.resolved($0) }), isSigned: view.isSigned)
    }
    switch try value(node, 0) {
    case .input(let view): return .input(try changed(view))
    case .integers(let view): return .integers(try changed(view))
    case .activation(let view): return .activation(try changed(view))
    case .probabilities(let view): return .probabilities(try changed(view))
    case .pending(var layer):
      layer.axes = try change(layer.axes.map { atoms.resolved($0) })
      return .pending(layer)
    case .curved(var curved):
      curved.view = try changed(curved.view)
      return .curved(curved)
    case .shifted: return .activation(try activation(node, 0))
    case .constant, .weights:
      throw node.error("computes with constants only", remedy: "export the model with constants folded")
    }
  }

  /// The value in another shape of the same elements, made from its present shape.
  private func reshaped(_ node: OnnxNode, _ change: ([Int]) throws -> [Int]) throws -> OnnxValue {
    switch try value(node, 0) {
    case .constant(var tensor):
      tensor.shape = try change(tensor.shape)
      return .constant(tensor)
    case .weights(var weights):
      let old = weights.tensor.shape
      weights.tensor.shape = try change(old)
      if let axis = weights.axis {
        let shape = weights.tensor.shape
        let slower = old[..<axis].reduce(1, *)
        weights.axis = shape.indices.first {
          shape[$0] == weights.scales.count && shape[..<$0].reduce(1, *) == slower
        }
        guard weights.axis != nil else { throw node.error("reshapes the channels of quantized weights") }
      }
      return .weights(weights)
    default:
      return try viewed(node) { axes in
        let shape = try change(axes.map(\.extent))
        guard let regrouped = atoms.regrouped(axes.flatMap { $0 }, into: shape) else {
          throw node.error("reshapes \(axes.map(\.extent)) to \(shape), which divides no axis evenly")
        }
        return regrouped
      }
    }
  }
}
