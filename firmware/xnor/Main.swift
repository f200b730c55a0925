import Dormouse
import DormouseISA
import Support

/// Start-up comes here; the result is the exit code.
///
/// Compares the products of words of bits with their portable twins, for many sizes; then runs a binary dense layer, 1024
/// -> 256, from bits to bits. `layer` is a call of its own, so that tools/count can count its instructions.
@c(application_main)
public func applicationMain() -> Int32 {
  let console = Console()
  var results = (cases: 0, wrong: 0)
  let operands = withUnsafeMutablePointer(to: &buffer) { Operands(UnsafeMutableRawPointer($0)) }
  var state: UInt32 = 1
  for words in 1...70 {
    for rows in 1...9 {
      let stride = words &+ rows & 3
      operands.fill(words: words, rows: rows, stride: stride, &state)
      check(operands, words: words, rows: rows, stride: stride, &results)
    }
    // The largest sums.
    for word in 0..<words { (operands.vector[word], operands.weights[word]) = (0, ~0) }
    check(operands, words: words, rows: 1, stride: words, &results)
  }
  operands.fill(words: 256, rows: 32, stride: 256, &state)
  check(operands, words: 256, rows: 32, stride: 256, &results)
  operands.fill(words: 32, rows: 256, stride: 32, &state)
  check(operands, words: 32, rows: 256, stride: 32, &results)
  operands.clear(rows: 256)
  dm_mark_next_layer()
  layer(operands)
  dm_mark_other()
  results.cases &+= 1
  results.wrong &+= operands.hasRightBits(rows: 256) ? 0 : 1
  console.write("cases ")
  console.write(results.cases)
  console.write(" wrong ")
  console.write(results.wrong)
  console.write("\nstack ")
  console.write(Int(truncatingIfNeeded: stack_high_water()))
  console.write("\n")
  return results.wrong == 0 ? 0 : 1
}

@inline(never)
private func check(
  _ operands: Operands, words: Int, rows: Int, stride: Int, _ results: inout (cases: Int, wrong: Int)
) {
  operands.clear(rows: rows)
  dm_mark_next_layer()
  operands.run(words: words, rows: rows, stride: stride)
  dm_mark_other()
  results.cases &+= 1
  results.wrong &+= operands.isRight(words: words, rows: rows, stride: stride) ? 0 : 1
}

/// The kernel of a binary dense layer, 1024 -> 256.
@inline(never)
private func layer(_ operands: Operands) {
  let constants = LayerConstants(
    weights: UnsafeRawPointer(operands.weights).assumingMemoryBound(to: Int8.self), rowStride: 128, encoding: .binary,
    biases: operands.thresholds, multipliers: operands.polarities, shifts: operands.polarities, inputZeroPoint: 0,
    outputZeroPoint: 0, outputMinimum: 0, outputMaximum: 0)
  BinaryConvolution.run(
    Span(_unsafeStart: UnsafePointer(operands.vector), count: 32), constants,
    .dense(input: Shape(1, 1, 1024), outputs: 256), into: .bits(operands.bits), scratch: operands.scratch, on: .best)
}

private nonisolated(unsafe) var buffer = InlineArray<9776, UInt32>(repeating: 0)
