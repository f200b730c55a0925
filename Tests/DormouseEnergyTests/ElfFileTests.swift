import Foundation
import Testing

@testable import DormouseEnergy

@Suite(.enabled(if: Assembly.isAvailable, "clang, ld.lld, cc or QEMU is missing"))
struct ElfFileTests {
  private static let code = """
      bl second
      nop
      .type first, %function
      .size first, 4
    first:
      nop
      nop
      .thumb_func
      .type second, %function
    second:
      bx lr
    """

  @Test func functionsAreFoundByTheirAddresses() throws {
    let elf = try ElfFile(contentsOf: Assembly.elf(ElfFileTests.code))
    #expect(elf.machine == .arm && elf.architecture == .arm(13))
    #expect(elf.function(at: 8)?.name == "reset" && elf.function(at: 13)?.name == "reset")
    #expect(elf.function(at: 14)?.name == "first" && elf.function(at: 17)?.name == "first")
    #expect(elf.function(at: 18)?.name == "second")
    #expect(elf.function(at: 0) == nil && elf.function(at: 20) == nil)
    #expect(elf.flash == [0...19])
    #expect(elf.byte(at: 18) == 0x70 && elf.byte(at: 20) == nil)
  }

  @Test func theArchitectureOfRiscVIsItsExtensions() throws {
    let elf = try ElfFile(contentsOf: Assembly.elf("nop", for: .riscv32))
    guard case .riscV(let extensions)? = elf.architecture else {
      Issue.record("no extensions found")
      return
    }
    #expect(extensions.isSuperset(of: ["i", "m", "c"]))
    #expect(Architecture.riscV(extensions).runs(on: .cv32e40p))
    #expect(!Architecture.riscV(["i", "zbb"]).runs(on: .cv32e40p) && Architecture.riscV(["i", "zbb"]).runs(on: .ibex))
    #expect(!Architecture.riscV(["i", "m", "f"]).runs(on: .ibex))
  }

  @Test func noFileIsTooBroken() throws {
    let whole = [UInt8](try Data(contentsOf: Assembly.elf(ElfFileTests.code)))
    var state: UInt64 = 1
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    // Headers and tables, where a changed byte means something, are in the first and last kilobyte.
    var (read, refused) = (0, 0)
    for trial in 0..<5000 {
      var bytes = whole
      for _ in 0...random(4) {
        let place = random(2) == 0 ? random(min(256, bytes.count)) : bytes.count - 1 - random(min(1024, bytes.count))
        bytes[place] = [0x00, 0xFF, 0x80, UInt8(random(256))][random(4)]
      }
      if trial % 5 == 0 { bytes.removeLast(random(bytes.count)) }
      do {
        let elf = try ElfFile(bytes, name: "mutant")
        _ = elf.function(at: UInt64(random(64)))
        read += 1
      } catch {
        #expect(!error.description.contains("\n"))
        refused += 1
      }
    }
    #expect(read > 0 && refused > 0)
  }
}
