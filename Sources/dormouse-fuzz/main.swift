// libFuzzer over the importers: `tools/fuzz` builds it with coverage and AddressSanitizer.
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

var count = CommandLine.argc
var arguments = CommandLine.unsafeArgv
let code = runDriver(&count, &arguments) { bytes, length in
  _ = try? ModelConverter.image(file: Data(bytes: bytes, count: length))
  return 0
}
exit(code)
