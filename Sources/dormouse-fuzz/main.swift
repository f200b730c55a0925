// libFuzzer over the importers: `tools/fuzz` builds it with coverage and AddressSanitizer, and says which of them by
// the environment variable DORMOUSE_FUZZ, which jobs of libFuzzer's inherit.
//
// What converts is validated by the writer; what doesn't must be refused in plain words. A trap, a report of
// AddressSanitizer, a time-out or memory without bounds ends the run and leaves the input behind.
import DormouseImport
import Foundation

@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

let isOnnx = ProcessInfo.processInfo.environment["DORMOUSE_FUZZ"] != "tflite"

var count = CommandLine.argc
var arguments = CommandLine.unsafeArgv
let code = runDriver(&count, &arguments) { bytes, length in
  let file = Data(bytes: bytes, count: length)
  _ = isOnnx ? try? ModelConverter.image(onnx: file) : try? ModelConverter.image(tflite: file)
  return 0
}
exit(code)
