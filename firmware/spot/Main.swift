import Dormouse
import Support

/// Start-up comes here; the result is the exit code.
@c(application_main)
public func applicationMain() -> Int32 {
  let console = Console()
  var hash = Transcript.emptyHash
  let multiplier = QuantizedMultiplier(multiplier: 0x6000_0001, shift: -5)
  for value in Int32(-1000)...1000 {
    var scaled = multiplier.apply(value &* 65_537)
    hash = withUnsafeBytes(of: &scaled) { Transcript.hash($0.bindMemory(to: Int8.self), from: hash) }
  }
  console.write("dormouse: multiplier hash ")
  console.write(hex: hash)
  console.write(", stack ")
  console.write(Int(truncatingIfNeeded: stack_high_water()))
  console.write("\n")
  return 0
}
