import Testing

@testable import Dormouse

@Suite("Image format") struct ImageFormatTests {
  @Test func recordsHaveTheirDocumentedSize() {
    #expect(MemoryLayout<ImageHeader>.size == 32)
    #expect(MemoryLayout<SectionRecord>.size == 16)
    #expect(MemoryLayout<StringRecord>.size == 4)
    #expect(MemoryLayout<LogMelRecord>.size == 64)
    #expect(MemoryLayout<TensorRecord>.size == 32)
    #expect(MemoryLayout<ProgramRecord>.size == 32)
    #expect(MemoryLayout<LayerRecord>.size == 80)
    #expect(MemoryLayout<DetectorRecord>.size == 32)
    #expect(MemoryLayout<KeywordRecord>.size == 8)
  }

  @Test func recordsHaveNoHiddenPadding() {
    #expect(MemoryLayout<LayerRecord>.offset(of: \.inputs) == 4)
    #expect(MemoryLayout<LayerRecord>.offset(of: \.output) == 12)
    #expect(MemoryLayout<LayerRecord>.offset(of: \.kernelHeight) == 16)
    #expect(MemoryLayout<LayerRecord>.offset(of: \.outputMinimum) == 32)
    #expect(MemoryLayout<LayerRecord>.offset(of: \.weights) == 36)
    #expect(MemoryLayout<LayerRecord>.offset(of: \.scratchLength) == 60)
    #expect(MemoryLayout<TensorRecord>.offset(of: \.arenaOffset) == 12)
    #expect(MemoryLayout<LogMelRecord>.offset(of: \.melTableLength) == 48)
    #expect(MemoryLayout<DetectorRecord>.offset(of: \.stepShift) == 12)
  }
}
