import Dormouse
import DormouseModel
import DormouseMutation

/// Cuts power at every erasure and every programmed unit of an update, in several ways, and looks what the device then
/// starts with.
public struct PowerCutCampaign {
  /// A kind of flash memory.
  public struct Geometry: Sendable {
    /// For reports.
    public let name: String
    let pageLength: Int
    let unitLength: Int
    /// Bytes of the memory that slots and journal share.
    let length: Int

    /// Memories as microcontrollers have them.
    public static let all = [
      Geometry(name: "pages of 128 bytes, units of 4", pageLength: 128, unitLength: 4, length: 16384),
      Geometry(name: "pages of 2048 bytes, units of 8", pageLength: 2048, unitLength: 8, length: 20480),
      Geometry(name: "pages of 4096 bytes, units of 4", pageLength: 4096, unitLength: 4, length: 24576),
      Geometry(name: "pages of 4096 bytes, units of 256", pageLength: 4096, unitLength: 256, length: 24576),
    ]
  }

  /// What came out.
  public struct Report: Sendable {
    /// Cuts, no two of which are the same.
    public internal(set) var distinct = 0
    /// Cuts after which the device started with a whole image and could be updated again.
    public internal(set) var survived = 0
    /// Of these, cuts after which it was the new image.
    public internal(set) var updated = 0
    /// What went wrong, a line each.
    public internal(set) var failures: [String] = []
  }

  /// The image that devices start with.
  let old: [UInt8]
  /// The image that updates bring.
  let new: [UInt8]

  /// - Throws: `WriteError`, never of these graphs.
  public init() throws {
    old = try ImageWriter(SampleGraphs.temporal()).bytes()
    new = try ImageWriter(SampleGraphs.temporal(channels: 20, seed: 9)).bytes()
  }

  /// Cuts at the last operation and at each whose number before it is a multiple of `step`, with a journal that has room and with one that is full.
  ///
  /// - Parameter progress: gets a line now and then.
  public func run(_ geometry: Geometry, step: Int = 1, progress: (String) -> Void = { _ in }) -> Report {
    var report = Report()
    for fullPages in 0...2 {
      let start = device(geometry, fullPages: fullPages)
      let operations = operations(geometry, start)
      progress("\(geometry.name), journal with \(fullPages) full pages: \(operations) operations")
      for operation in stride(from: operations - 1, through: 0, by: -step) {
        for cut in EmulatedFlash.Cut.allCases { attempt(geometry, start, operation, cut, &report) }
      }
    }
    return report
  }

  private func layout(_ geometry: Geometry) -> SlotLayout {
    SlotLayout(start: 0, length: geometry.length, pageLength: geometry.pageLength)!
  }

  private func slots(_ geometry: Geometry, _ contents: [UInt8]) -> ModelSlots<EmulatedFlash> {
    let memory = EmulatedFlash(contents, pageLength: geometry.pageLength, unitLength: geometry.unitLength)
    return ModelSlots(memory, layout(geometry))!
  }

  private let arenaLength = 1 << 16

  /// Memory of a device with the old image, whose journal has filled so many pages: the next commit goes to a new page.
  private func device(_ geometry: Geometry, fullPages: Int) -> [UInt8] {
    var contents = [UInt8](repeating: 0xA5, count: geometry.length)
    for page in 0...max(0, fullPages - 1) {
      var slots = slots(geometry, contents)
      _ = slots.boot(arenaLength: arenaLength)
      update(&slots, to: old)
      contents = slots.memory.contents
      if fullPages > 0 {
        // All but the first unit: as records that were cut.
        let start = layout(geometry).journal + page * geometry.pageLength
        for index in start + geometry.unitLength..<start + geometry.pageLength { contents[index] = 0 }
      }
    }
    return contents
  }

  /// Operations of a whole update.
  private func operations(_ geometry: Geometry, _ start: [UInt8]) -> Int {
    var slots = slots(geometry, start)
    _ = slots.boot(arenaLength: arenaLength)
    update(&slots, to: new)
    return slots.memory.operations
  }

  /// Whether the update was committed.
  @discardableResult
  private func update(_ slots: inout ModelSlots<EmulatedFlash>, to image: [UInt8]) -> Bool {
    do {
      try slots.begin(length: image.count)
      // Parts of an odd length, as a line may bring them.
      for start in stride(from: 0, to: image.count, by: 61) {
        let part = Array(image[start..<min(start + 61, image.count)])
        try part.withUnsafeBytes { try slots.write($0) }
      }
      try slots.commit(arenaLength: arenaLength)
      return true
    } catch {
      return false
    }
  }

  /// One cut, the start after it, and another update, cut once more and then not.
  private func attempt(
    _ geometry: Geometry, _ start: [UInt8], _ operation: Int, _ cut: EmulatedFlash.Cut, _ report: inout Report
  ) {
    report.distinct += 1
    let name = "\(geometry.name), operation \(operation), \(cut)"
    var first = slots(geometry, start)
    _ = first.boot(arenaLength: arenaLength)
    first.memory.fail(at: operation, cut, seed: UInt64(operation) << 8 | UInt64(cut.rawValue))
    let wasCommitted = update(&first, to: new)
    if wasCommitted {
      report.failures.append("\(name): an update without power was reported as done")
      return
    }
    guard let isNew = startsWithNew(geometry, first.memory.contents, name, &report) else { return }
    report.updated += isNew ? 1 : 0

    var second = slots(geometry, first.memory.contents)
    _ = second.boot(arenaLength: arenaLength)
    second.memory.fail(at: operation / 2, .amid, seed: UInt64(operation))
    update(&second, to: new)
    guard startsWithNew(geometry, second.memory.contents, "\(name), and again", &report) != nil else { return }

    var third = slots(geometry, second.memory.contents)
    _ = third.boot(arenaLength: arenaLength)
    guard update(&third, to: new),
      startsWithNew(geometry, third.memory.contents, "\(name), updated at last", &report) == true
    else {
      report.failures.append("\(name): can't be updated any more")
      return
    }
    report.survived += 1
  }

  /// Whether a device with this memory starts with the new image, not the old one; nil, and a line, if with neither.
  private func startsWithNew(
    _ geometry: Geometry, _ contents: [UInt8], _ name: String, _ report: inout Report
  ) -> Bool? {
    var slots = slots(geometry, contents)
    let choice = slots.boot(arenaLength: arenaLength)
    guard let slot = choice.slot, let image = choice.image else {
      report.failures.append("\(name): no valid image")
      return nil
    }
    let offset = layout(geometry).offset(of: slot)
    let found = [UInt8](contents[offset..<offset + image.length])
    if found == new { return true }
    if found == old { return false }
    report.failures.append("\(name): an image that nobody wrote")
    return nil
  }
}
