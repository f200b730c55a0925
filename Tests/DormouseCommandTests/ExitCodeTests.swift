import Foundation
import Testing

@Suite("Exit codes") struct ExitCodeTests {
  let workplace: Workplace
  let model: String

  init() throws {
    workplace = try Workplace()
    model = workplace.path + "/heard.dormouse"
  }

  /// Expects exit code 1, silence on standard output and one line that contains `words`.
  private func expectFailure(_ arguments: [String], _ words: String) throws {
    let before = workplace.files
    let result = try CommandRunner.run(arguments, directory: workplace.path)
    #expect(result.code == 1, "\(arguments)")
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("dormouse: "))
    #expect(result.errors.filter { $0 == "\n" }.count == 1, "\(result.errors)")
    #expect(result.errors.contains(words), "\(result.errors)")
    #expect(workplace.files == before)
  }

  @Test(arguments: [
    [], ["hearken"], ["listen", "--realtime"], ["listen", "--device", "x", "--file", "y"],
    ["listen", "--sensitivity", "yes"], ["listen", "--exec", "'x"], ["listen", "--record-limit", "0"], ["detect"],
    ["detect", "--threshold", "2", "x.wav"], ["detect", "-", "-"],
    ["detect", "--hash", "--json", "x.wav"], ["features", "--json", "-o", "x.npy", "x.wav"], ["convert", "x.onnx"],
    ["bench", "--seconds", "0"], ["detect", "--threshold", "nan", "x.wav"],
    ["evaluate"], ["evaluate", "--data", "x", "--snr", "5"], ["evaluate", "--data", "x", "--jobs", "0"],
    ["evaluate", "--data", "x", "--noise", "y", "--snr", "5,loud"], ["evaluate", "--data", "x", "--task", "yes,,no"],
    ["simulate", "--elf", "x"], ["simulate", "--mcu", "cortex-m4"], ["simulate", "--elf", "x", "--mcu", "cortex-m99"],
    ["simulate", "--timeline"], ["simulate", "--seconds", "0"], ["simulate", "--draws", "0"],
    ["evaluate", "--scores", "x.json", "--model", "y"], ["evaluate", "-m", "x", "-m", "x", "--data", "y"],
  ]) func wrongUsageIsCodeTwoOrHelp(arguments: [String]) throws {
    let result = try CommandRunner.run(arguments, directory: workplace.path)
    #expect(result.code == (arguments.isEmpty ? 0 : 2), "\(arguments)")
    #expect((arguments.isEmpty ? result.output : result.errors).contains("USAGE: dormouse") || !result.errors.isEmpty)
    #expect(arguments.isEmpty || result.output == "")
  }

  @Test func filesThatAreMissingOrNoFilesFail() throws {
    try expectFailure(["detect", "-m", model, "none.wav"], "none.wav: no such file")
    try expectFailure(["detect", "-m", model, "."], "is a directory")
    try expectFailure(["detect", "-m", "none.dormouse", "x.wav"], "none.dormouse: no such file")
    try expectFailure(["detect", "-m", "nosuchmodel", "x.wav"], "no model named nosuchmodel")
    try expectFailure(["inspect", "/dev/zero"], "not a regular file")
    try expectFailure(["convert", "none.onnx", "-o", "y.dormouse"], "none.onnx: no such file")
    try expectFailure(["convert", Workplace.fixture, "-s", "none.json", "-o", "y.dormouse"], "none.json: no such file")
    try expectFailure(["export-c", model, "-o", "nofolder"], "nofolder")
    try expectFailure(["convert", Workplace.fixture, "-o", "nofolder/y.dormouse"], "nofolder/y.dormouse")
  }

  @Test func filesOfTheWrongKindFail() throws {
    _ = try workplace.file("text.wav", Data("no sound".utf8))
    _ = try workplace.file("empty", Data())
    try expectFailure(["detect", "-m", model, "text.wav"], "not a sound file")
    try expectFailure(["detect", "-m", "./text.wav", "text.wav"], "text.wav: ")
    try expectFailure(["inspect", "empty.dormouse"], "empty.dormouse: no such file")
    try expectFailure(["inspect", "./empty"], "the file is empty")
    try expectFailure(["convert", "text.wav", "-o", "y.dormouse"], "text.wav: ")
    try expectFailure(["convert", Workplace.fixture, "-s", "text.wav", "-o", "y.dormouse"], "text.wav: settings")
  }

  @Test func aBareNetworkCannotHear() throws {
    let fixture = Workplace.fixture.replacingOccurrences(of: "heard.onnx", with: "dense.onnx")
    #expect(try CommandRunner.run(["convert", fixture, "-o", workplace.path + "/dense.dormouse"]).code == 0)
    try expectFailure(["detect", "-m", "dense.dormouse", "x.wav"], "bare network")
    try expectFailure(["features", "-m", "dense.dormouse", "x.wav"], "bare network")
  }

  /// A scenario for the model of this suite, with a part of it replaced.
  private func scenario(_ old: String = "", _ new: String = "") throws -> String {
    let text = """
      {"name": "s", "device": "nrf52840", "microphone": "t3902", "battery": "cr2032", "model": "\(model)",
       "duty": [{"sound": "noise", "hours": 24, "recording": "two.wav", "seconds": 2}]}
      """
    _ = try workplace.file("two.wav", Workplace.wave(Workplace.noise(seconds: 2)))
    let path = try workplace.file("s.json", Data(text.replacingOccurrences(of: old, with: new).utf8))
    _ = try workplace.file("elf", Data("no firmware".utf8))
    return path
  }

  @Test func whatCannotBeSimulatedIsSaidBeforeAnythingIsBuilt() throws {
    let path = try scenario()
    func fails(_ arguments: [String], _ words: String) throws { try expectFailure(["simulate"] + arguments, words) }
    try fails(["-m", model, "--device", "z80"], "no device named z80: there are apollo4, esp32-c3, gap8, nrf52840,")
    try fails(["-m", model, "--battery", "potato"], "no battery named potato: there are 2xaa, cr2032, lipo")
    try fails(["-m", model, "--device", "none.json"], "none.json: no such file")
    try fails(["-m", "nosuchmodel"], "no model named nosuchmodel")
    try fails(["--scenario", "nosuch"], "no scenario named nosuch: there are")
    try fails(["--scenario", path, "--clock", "128"], "nRF52840: has no clock of 128 MHz; choose one of 64")
    try fails(["--elf", "elf", "--mcu", "cortex-m4"], "elf")
    try fails(["--elf", "none", "--mcu", "cortex-m4"], "none: no such file")
    try fails(
      ["--elf", "elf", "--mcu", "cortex-m4", "--device", "rp2040"], "RP2040 has a Cortex-M0+, not a Cortex-M4")
  }

  @Test(arguments: [
    ("\"seconds\": 2", "\"seconds\": 60", "two.wav: has 2 seconds, the scenario wants 60; ask for less"),
    ("\"hours\"", "\"hour\"", "lacks 'hours'"), ("two.wav", "three.wav", "three.wav: no such file"),
    ("\"name\"", "\"colour\": 1, \"name\"", "unknown field 'colour'; known are name, device"),
    ("\"t3902\"", "\"t3902\", \"bank\": \"opa379\"", "hears log-mel frames, which no filter bank makes"),
    ("\"hours\": 24", "\"hours\": 24, \"listening\": 0.5", "t3902 can't wait for sound by itself"),
  ]) func scenariosThatMakeNoSenseAreRefused(old: String, new: String, words: String) throws {
    try expectFailure(["simulate", "--scenario", try scenario(old, new)], words)
  }

  @Test func oneBadFileAmongSeveralFailsAfterTheOthersWereHeard() throws {
    _ = try workplace.file("good.wav", Workplace.wave(Workplace.noise(seconds: 1)))
    let result = try CommandRunner.run(
      ["detect", "--scores", "-m", model, "none.wav", "good.wav"], directory: workplace.path)
    #expect(result.code == 1)
    #expect(result.errors == "dormouse: none.wav: no such file\n")
    #expect(result.output.contains("good.wav"))
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))) func aFullDiskUnderStandardOutputIsSaid()
    throws
  {
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", "\"$0\" inspect \"$1\" > /dev/full", CommandRunner.program.path, model]
    let errors = Pipe()
    shell.standardError = errors
    try shell.run()
    let text = try errors.fileHandleForReading.readToEnd() ?? Data()
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 1)
    #expect(String(decoding: text, as: UTF8.self) == "dormouse: standard output: No space left on device\n")
  }
}
