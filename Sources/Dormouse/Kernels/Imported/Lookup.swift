/// Any function of one int8 element, as a table: logistic, rectifiers between scales, requantization.
///
/// The table is made at conversion, so the device needs no arithmetic for it. No scratch.
enum Lookup {
  /// Bytes of a table.
  static var tableLength: Int { 256 }

  /// `output[i] = table[input[i] + 128]`.
  static func run(_ input: Span<Int8>, _ constants: LayerConstants, into output: inout MutableSpan<Int8>) {
    let table = constants.codebook + 128
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        for index in 0..<output.count { output[index] = table[Int(input[index])] }
      }
    }
  }
}
