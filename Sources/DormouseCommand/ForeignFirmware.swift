import DormouseEnergy
import Foundation

/// Any bare-metal firmware, counted: `dormouse simulate --elf`.
struct ForeignFirmware {
  private struct Report: Encodable {
    struct Stage: Encodable {
      let stage: String
      let instructions: UInt64
      let cycles: Double
    }

    let elf: String
    let core: String
    let timing: String?
    let device: String?
    let clockMhz: Double?
    let instructions: UInt64
    let cycles: Double
    let stopped: Bool
    let stages: [Stage]
    /// Of the busy core; absent without a device.
    let busySeconds: Double?
    let energyUj: Double?
  }

  private let report: Report

  /// - Parameters:
  ///   - path: the linked firmware.
  ///   - core: that it is built for.
  ///   - device: whose power is reckoned; nil for cycles alone.
  ///   - clock: megahertz; nil for the device's fastest.
  ///   - limit: instructions; nil for a limit of which reaching is an error.
  init(_ path: String, core: Core, device name: String?, clock: Double?, limit: UInt64?) throws {
    _ = try InputFile.read(path, limit: 1 << 30)
    let device = try name.map(PowerLocation.device)
    if let device, device.core != core {
      throw Failure(
        "\(device.name) has a \(device.core.title), not a \(core.title); pass --mcu \(device.core.rawValue)")
    }
    let most: UInt64 = limit ?? 5_000_000_000
    let run = try Counter(core: core).run(elf: URL(fileURLWithPath: path), limit: most)
    if run.stopped && limit == nil && run[.idle] == nil {
      throw Failure(
        "\(path): ran \(run.total) instructions and never waited for an interrupt; end it by semihosting, let it wait "
          + "with wfi, or pass --limit to see what it did until then")
    }
    let table = core.timing
    let hertz = try device.map { try $0.checked(clock: clock ?? $0.clocks.max() ?? 1) }
    let memory = hertz.flatMap { device?.flash(at: $0) } ?? .none
    let cycles = try table.cycles(run, memory: memory)
    let busy = cycles.filter { $0.key != .idle }.values.reduce(0, +)
    var seconds: Double?
    var energy: Double?
    if let device, let hertz, let range = device.range(at: hertz) {
      seconds = busy / hertz / 1e6
      let watts = (range.base.typical + range.perMegahertz.typical * hertz) * 1e-3 * device.supply.volts
      energy = busy / hertz / 1e6 * watts * 1e6
    }
    report = Report(
      elf: path, core: core.title, timing: table.validated, device: device?.name, clockMhz: hertz,
      instructions: run.total, cycles: cycles.values.reduce(0, +), stopped: run.stopped,
      stages: run.stages.map {
        Report.Stage(stage: $0.stage.description, instructions: $0.instructions, cycles: cycles[$0.stage] ?? 0)
      }, busySeconds: seconds, energyUj: energy)
  }

  /// Prints what was counted.
  func say(json: Bool) throws {
    if json {
      try Console.say(json: report)
      return
    }
    Console.say("\(report.elf) on \(report.core); timing: \(report.timing ?? "not validated for this core")")
    let rows = report.stages.map { ["  " + $0.stage, "\($0.instructions)", SimulationReport.number($0.cycles)] }
    let sum = [["  all", "\(report.instructions)", SimulationReport.number(report.cycles)]]
    for line in TextTable.lines([["", "instructions", "cycles"]] + rows + sum, rightAligned: [1, 2]) {
      Console.say(line)
    }
    if let device = report.device, let clock = report.clockMhz, let seconds = report.busySeconds,
      let energy = report.energyUj
    {
      Console.say(
        "on \(device) at \(SimulationReport.number(clock)) MHz the core runs \(SimulationReport.number(seconds * 1e3)) ms "
          + "and takes \(SimulationReport.number(energy)) uJ")
    }
    if report.stopped { Console.say("stopped at its limit of instructions; this is what it did until then") }
  }
}
