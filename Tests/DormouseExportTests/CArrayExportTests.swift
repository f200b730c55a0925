import Dormouse
import DormouseModel
import DormouseMutation
import Foundation
import Testing

@testable import DormouseExport

@Suite("C arrays") struct CArrayExportTests {
  static let strict = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion"]

  /// A model that hears, with a name and labels that C would stumble over.
  static func image(name: String = "9 lives */ \"??/") throws -> LoadedImage {
    var graph = SampleGraphs.temporal()
    graph.name = name
    graph.version = "1.2\\3"
    graph.labels = ["yes", "\"no\"", "??/", "\u{65e5}\u{672c}7"]
    graph.detector?.keywords = ["yes": .init(threshold: 0.5, minimumRun: 1)]
    return try LoadedImage(bytes: ImageWriter(graph).bytes())
  }

  @Test(.enabled(if: CompilerRun.finds("gcc"), "gcc is not installed"), arguments: ["c99", "c11", "c17"])
  func hostProgramReadsTheImageBack(standard: String) throws {
    let folder = try TemporaryFolder()
    let loaded = try Self.image()
    let export = CArrayExport(loaded)
    #expect(export.sourceName == "model_9_lives_image.c")
    let paths = try export.write(into: folder.path)
    #expect(folder.contents == ["model_9_lives_image.c", "model_9_lives_image.h"])

    try AtomicFile.write(Array(Self.reader.utf8), to: folder.file("main.c"))
    let program = folder.file("program")
    let compiled = try CompilerRun(
      "gcc", ["-std=\(standard)"] + Self.strict + [paths[1], folder.file("main.c"), "-o", program])
    #expect(compiled.status == 0 && compiled.output.isEmpty, "\(compiled.output)")
    let run = try CompilerRun(program, [])
    let crc = String(CRC32.checksum(loaded.bytes.baseAddress!, count: loaded.bytes.count), radix: 16)
    #expect(
      run.output == """
        image \(loaded.bytes.count) \(crc) 0
        arena \(loaded.image.arenaLength)
        model 9 lives */ "??/ 1.2\\3
        sound 16000 480 320 10 20 4
        label yes
        label "no"
        label ??/
        label \u{65e5}\u{672c}7

        """)
  }

  @Test(.enabled(if: CompilerRun.finds("arm-none-eabi-gcc"), "arm-none-eabi-gcc is not installed"))
  func compilesForCortexM() throws {
    let folder = try TemporaryFolder()
    let paths = try CArrayExport(Self.image()).write(into: folder.path)
    let compiled = try CompilerRun(
      "arm-none-eabi-gcc",
      ["-mcpu=cortex-m4", "-mthumb", "-ffreestanding", "-std=c99"] + Self.strict
        + ["-c", paths[1], "-o", folder.file("image.o")])
    #expect(compiled.status == 0 && compiled.output.isEmpty, "\(compiled.output)")
  }

  @Test(.enabled(if: CompilerRun.finds("g++"), "g++ is not installed"))
  func headerIsGoodForCPlusPlus() throws {
    let folder = try TemporaryFolder()
    try CArrayExport(Self.image(name: "int")).write(into: folder.path)
    let user = """
      #include "int_image.h"
      INT_ALIGNED static uint8_t arena[INT_ARENA_LENGTH];
      const uint8_t *first() { arena[0] = int_image[0]; return arena; }
      """
    try AtomicFile.write(Array(user.utf8), to: folder.file("user.cpp"))
    let compiled = try CompilerRun(
      "g++",
      ["-std=c++11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-c", folder.file("user.cpp"), "-o", folder.file("o")])
    #expect(compiled.status == 0 && compiled.output.isEmpty, "\(compiled.output)")
  }

  @Test func bareNetworkHasNoConstantsOfSound() throws {
    let loaded = try LoadedImage(bytes: ImageWriter(SampleGraphs.dense([20, 12, 3])).bytes())
    let header = String(decoding: CArrayExport(loaded).header, as: UTF8.self)
    #expect(header.contains("#define SAMPLE_LABEL_COUNT 3U\n"))
    #expect(!header.contains("SAMPLE_RATE") && !header.contains("HOP"))
  }

  @Test func textIsPlainAndGuarded() throws {
    let export = CArrayExport(try Self.image())
    for text in [export.header, export.source] {
      #expect(!text.contains(UInt8(ascii: "\t")) && !text.contains(UInt8(ascii: "\r")))
      #expect(text.allSatisfy { $0 < 0x80 })
      #expect(String(decoding: text, as: UTF8.self).split(separator: "\n").allSatisfy { $0.count <= 120 })
    }
    let lines = String(decoding: export.header, as: UTF8.self).split(separator: "\n")
    #expect(lines.contains("#ifndef MODEL_9_LIVES_IMAGE_H"))
    #expect(lines.last == "#endif /* MODEL_9_LIVES_IMAGE_H */")
    let numbers = lines.filter { $0.hasPrefix("#define") && $0.last!.isNumber }
    #expect(numbers.isEmpty, "constants without the suffix U: \(numbers)")
  }

  /// Prints what it finds in the compiled image; its CRC-32 is computed bit by bit, apart from the writer's table.
  static let reader = """
    #include "model_9_lives_image.h"
    #include <stdio.h>

    MODEL_9_LIVES_ALIGNED static uint8_t arena[MODEL_9_LIVES_ARENA_LENGTH];

    int main(void) {
      uint32_t crc = 0xFFFFFFFFU;
      for (uint32_t i = 0U; i < MODEL_9_LIVES_IMAGE_LENGTH; i++) {
        crc ^= model_9_lives_image[i];
        for (int bit = 0; bit < 8; bit++) {
          crc = ((crc & 1U) != 0U) ? ((crc >> 1) ^ 0xEDB88320U) : (crc >> 1);
        }
      }
      printf("image %u %x %u\\n", (unsigned)sizeof model_9_lives_image, (unsigned)~crc,
             (unsigned)(((uintptr_t)model_9_lives_image | (uintptr_t)arena) % 16U));
      printf("arena %u\\n", (unsigned)sizeof arena);
      printf("model %s %s\\n", MODEL_9_LIVES_MODEL_NAME, MODEL_9_LIVES_MODEL_VERSION);
      printf("sound %u %u %u %u %u %u\\n", MODEL_9_LIVES_SAMPLE_RATE, MODEL_9_LIVES_WINDOW, MODEL_9_LIVES_HOP,
             MODEL_9_LIVES_BANDS, MODEL_9_LIVES_CONTEXT, MODEL_9_LIVES_STRIDE);
      for (uint32_t i = 0U; i < MODEL_9_LIVES_LABEL_COUNT; i++) {
        printf("label %s\\n", model_9_lives_labels[i]);
      }
      return 0;
    }
    """
}
