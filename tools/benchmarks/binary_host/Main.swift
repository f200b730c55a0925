import Glibc
import Hand

/// Times a binary layer, an int8 layer and the hand-written loop on this host, block by block in turn.
///
/// Prints a name and a number a line: blocks, nanoseconds of each, ratios of the binary layer to the other two; medians of
/// the blocks. The exit code is 1 if the layer and the loop disagree, 2 if this core can't run the loop.
@main enum Main {
  static func main() {
    guard hand_is_supported() != 0 else { exit(2) }
    let layers = Layers()
    layers.binary()
    layers.hand()
    guard layers.agree else { exit(1) }
    let blocks = 8000
    var (binary, int8, hand): ([Double], [Double], [Double]) = ([], [], [])
    for _ in 0..<blocks {
      binary.append(time(300, layers.binary))
      int8.append(time(30, layers.int8))
      hand.append(time(300, layers.hand))
    }
    print("blocks", blocks)
    print("binary", median(binary))
    print("int8", median(int8))
    print("hand", median(hand))
    print("ratio_int8", median(zip(binary, int8).map { $0 / $1 }))
    print("ratio_hand", median(zip(binary, hand).map { $0 / $1 }))
  }

  /// Nanoseconds a call over one block of calls.
  private static func time(_ repeats: Int, _ body: () -> Void) -> Double {
    var (start, end) = (timespec(), timespec())
    clock_gettime(CLOCK_MONOTONIC, &start)
    for _ in 0..<repeats { body() }
    clock_gettime(CLOCK_MONOTONIC, &end)
    return Double((end.tv_sec - start.tv_sec) * 1_000_000_000 + end.tv_nsec - start.tv_nsec) / Double(repeats)
  }

  private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
