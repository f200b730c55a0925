import DormouseModel

/// A factor of a tensor's extent that moves as one through transposes and reshapes; never of extent 1.
struct Atom: Hashable {
  var id: Int
  var extent: Int
}

/// A tensor of the graph as the ONNX file sees it at some point: which part of memory each ONNX axis runs over.
///
/// ONNX puts channels first and we put them last, so the importer moves no data. It keeps tensors in one order and
/// follows the file's transposes, reshapes and flattenings symbolically; weights are permuted once, at the end.
struct TensorView {
  /// Index in the graph.
  var tensor: Int
  /// For each ONNX axis its atoms, slowest first; an axis of extent 1 has none.
  var axes: [[Atom]]
  /// Zeros around axes, by axis; a convolution takes them over as its padding.
  var padding: [Int: Padding] = [:]
  /// Whether the file's integers are int8; uint8 otherwise.
  var isSigned = true

  struct Padding: Equatable {
    var before: Int
    var after: Int
  }

  /// Extents of the ONNX axes, padding not counted.
  var shape: [Int] { axes.map(\.extent) }
}

extension [Atom] {
  /// Product of the extents.
  var extent: Int { reduce(1) { $0 * $1.extent } }
}

/// How a tensor of the graph lies in memory.
struct Storage {
  /// Atoms, slowest first.
  var memory: [Atom]
  /// Settled when the tensor is made; the network's input is settled by its first reader.
  var shape: TensorShape?
}

/// Makes atoms, and remembers which were split by a reshape.
struct AtomTable {
  private var count = 0
  private var splits: [Int: [Atom]] = [:]

  /// A fresh axis; empty for an extent of 1.
  mutating func axis(_ extent: Int) -> [Atom] {
    guard extent != 1 else { return [] }
    count += 1
    return [Atom(id: count, extent: extent)]
  }

  /// The atoms with every split one replaced by its parts.
  func resolved(_ atoms: [Atom]) -> [Atom] {
    atoms.flatMap { atom in splits[atom.id].map { resolved($0) } ?? [atom] }
  }

  /// Regroups atoms into axes of the given extents; atoms are split where an extent needs a part of one.
  ///
  /// - Returns: nil if the extents don't divide so.
  mutating func regrouped(_ atoms: [Atom], into extents: [Int]) -> [[Atom]]? {
    var rest = Array(resolved(atoms).reversed())
    guard extents.allSatisfy({ $0 > 0 }), rest.extent == extents.reduce(1, { $0.multipliedReportingOverflow(by: $1).0 })
    else { return nil }
    var axes: [[Atom]] = []
    for extent in extents {
      var axis: [Atom] = []
      var needed = extent
      while needed > 1 {
        guard let atom = rest.popLast() else { return nil }
        if needed.isMultiple(of: atom.extent) {
          axis.append(atom)
          needed /= atom.extent
        } else if atom.extent.isMultiple(of: needed) {
          let parts = self.axis(needed) + self.axis(atom.extent / needed)
          splits[atom.id] = parts
          axis.append(parts[0])
          rest.append(parts[1])
          needed = 1
        } else {
          return nil
        }
      }
      axes.append(axis)
    }
    return rest.isEmpty ? axes : nil
  }
}
