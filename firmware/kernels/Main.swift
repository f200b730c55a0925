import Dormouse
import Support

/// Runs the golden layers of the files on the command line through the kernels of this core.
///
/// The files are those of `Tests/DormouseTests/Golden`; `tools/golden/golden_file.py` describes them. Prints a line a
/// file; the exit code is 0 if every output of every layer is the expected one, else 1.
@c(application_main)
public func applicationMain() -> Int32 {
  let console = Console()
  var line = InlineArray<512, CChar>(repeating: 0)
  let known = withUnsafeMutablePointer(to: &line) { pointer in
    command_line(UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: CChar.self), 512)
  }
  guard known else {
    console.write("kernels: no command line\n")
    return 2
  }
  var wrong = 0
  var files = 0
  // The first word is the program's name.
  var word = 0
  var start = 0
  for index in 0..<512 {
    let end = line[index] == 0
    guard end || line[index] == 32 else { continue }
    if word > 0 && index > start {
      // Opening a file wants a C string.
      line[index] = 0
      wrong &+= withUnsafeBytes(of: &line) { bytes in
        check(UnsafeRawBufferPointer(rebasing: bytes[start..<index]).bindMemory(to: UInt8.self), console)
      }
      files &+= 1
    }
    if end { break }
    word &+= 1
    start = index &+ 1
  }
  guard files > 0 else {
    console.write("usage: kernels GOLDEN-FILE...\n")
    return 2
  }
  return wrong == 0 ? 0 : 1
}

/// Runs all layers of one file; returns how many differ (1 if the file can't be read).
private func check(_ path: UnsafeBufferPointer<UInt8>, _ console: Console) -> Int {
  let file = path.withMemoryRebound(to: CChar.self) { file_open($0.baseAddress!, $0.count) }
  console.write(path)
  guard file >= 0 else {
    console.write(": cannot be opened\n")
    return 1
  }
  defer { file_close(file) }
  return withUnsafeMutableBytes(of: &buffer) { whole in
    // Layers are read to an address that is a multiple of 16.
    let start = (0 &- Int(bitPattern: whole.baseAddress)) & 15
    let memory = UnsafeMutableRawBufferPointer(rebasing: whole[start...])
    guard file_read(file, memory.baseAddress!, 16) == 16 else {
      console.write(": is no golden file\n")
      return 1
    }
    let count = Int(memory.load(fromByteOffset: 4, as: Int32.self))
    var wrong = 0
    for _ in 0..<count {
      guard let right = readCase(of: file, into: memory) ? runCase(in: memory) : nil else {
        console.write(": is cut short, or a layer is too large\n")
        return 1
      }
      wrong &+= right ? 0 : 1
    }
    console.write(": ")
    console.write(count)
    console.write(" layers, ")
    console.write(wrong)
    console.write(" differ\n")
    return wrong
  }
}

/// Reads the next case of `file` to the start of `memory`; false if the file ends or the case is too large.
private func readCase(of file: Int, into memory: UnsafeMutableRawBufferPointer) -> Bool {
  let base = memory.baseAddress!
  guard file_read(file, base, 128) == 128 else { return false }
  let length = Int(memory.load(fromByteOffset: 120, as: Int32.self))
  guard length > 128 && length <= memory.count else { return false }
  return file_read(file, base + 128, length &- 128) == length &- 128
}

/// Whether the case in `memory` comes out right; nil if it is too large.
private func runCase(in memory: UnsafeMutableRawBufferPointer) -> Bool? {
  // Packed fields have no operation.
  if memory.load(as: Int32.self) == 0 { return GoldenFields(memory)?.run() }
  return GoldenLayer(memory)?.run()
}

/// One layer of a golden file, then room for its output and scratch.
private nonisolated(unsafe) var buffer = InlineArray<32768, UInt32>(repeating: 0)
