import Foundation

/// The plugin of QEMU's that counts, `tools/count/stages.c`, built when it is first needed.
public enum CountingPlugin {
  /// The plugin's library, in `.build/count` of the checkout.
  ///
  /// - Throws: `CountingError` if there is no source or no compiler.
  public static func library() throws(CountingError) -> URL {
    let root = try checkout()
    let source = root.appendingPathComponent(relativeSource)
    let text = try read(source) + read(source.deletingLastPathComponent().appendingPathComponent("qemu_plugin.h"))
    let folder = root.appendingPathComponent(".build/count")
    let library = folder.appendingPathComponent("libstages-\(hexadecimal(hash(text), digits: 16)).so")
    if FileManager.default.fileExists(atPath: library.path) { return library }
    let compiler = try program("cc", wantedFor: "building the counting plugin")
    // Other runs, of this process too, may build it at the same time; whichever comes last stays.
    let fresh = folder.appendingPathComponent("stages-\(UUID().uuidString).so")
    defer { try? FileManager.default.removeItem(at: fresh) }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let process = Process()
      process.executableURL = compiler
      process.arguments = [
        "-O2", "-shared", "-fPIC", "-pthread", "-fvisibility=hidden", source.path, "-o", fresh.path,
      ]
      try process.run()
      process.waitUntilExit()
      guard process.terminationStatus == 0, rename(fresh.path, library.path) == 0 else {
        throw CountingError("the counting plugin can't be built from \(source.path); its compiler has said why")
      }
    } catch let error as CountingError {
      throw error
    } catch {
      throw CountingError("the counting plugin can't be built in \(folder.path): \(error.localizedDescription)")
    }
    return library
  }

  /// A program on the search path.
  static func program(_ name: String, wantedFor purpose: String) throws(CountingError) -> URL {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") {
      return URL(fileURLWithPath: "\(folder)/\(name)")
    }
    throw CountingError("\(name) is not installed, which \(purpose) needs; see tools/setup")
  }

  private static func read(_ source: URL) throws(CountingError) -> Data {
    guard let text = try? Data(contentsOf: source) else { throw CountingError("\(source.path) can't be read") }
    return text
  }

  private static let relativeSource = "tools/count/stages.c"

  /// The folder above this program, or above the working folder, that holds the plugin's source.
  private static func checkout() throws(CountingError) -> URL {
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let working = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    for start in [program, working] {
      var folder = start
      while folder.path != "/" {
        let source = folder.appendingPathComponent(relativeSource).path
        if FileManager.default.fileExists(atPath: source) { return folder }
        folder.deleteLastPathComponent()
      }
    }
    throw CountingError("\(relativeSource) is missing; counting needs a checkout of Dormouse around it")
  }

  /// FNV-1a.
  private static func hash(_ data: Data) -> UInt64 {
    data.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
