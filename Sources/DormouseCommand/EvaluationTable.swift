import DormouseEvaluation
import Foundation

/// An evaluation's figures for people.
struct EvaluationTable {
  let report: EvaluationReport

  init(_ report: EvaluationReport) { self.report = report }

  /// Prints everything but the curves.
  func say() {
    for (index, model) in report.models.enumerated() {
      if index > 0 { Console.say("") }
      let size = model.imageBytes.map { ", \($0) bytes of flash" } ?? ""
      Console.say("\(model.model) \(model.version ?? "")\(size)")
      say(model.figures, keywords: model.keywords)
      for noisy in model.noise {
        Console.say("")
        Console.say(String(format: "%@ at %g dB over noise", model.model, noisy.snr))
        say(noisy.figures, keywords: model.keywords)
      }
    }
  }

  private func say(_ figures: Figures, keywords: [String]) {
    if let accuracy = figures.accuracy {
      Console.say(
        "  accuracy   \(percent(accuracy)) of \(figures.clips) clips\(interval(figures.accuracyLow, figures.accuracyHigh))"
      )
      say(figures.confusion)
    }
    if figures.hours > 0 {
      Console.say(
        String(
          format: "  long audio %.2f hours: one false accept is %.2g an hour", figures.hours, 1 / figures.hours))
    }
    if let cascade = figures.cascade { say(cascade) }
    let names = keywords + figures.curves.keys.filter { !keywords.contains($0) }.sorted()
    for name in names {
      guard let points = figures.operatingPoints[name], let curve = figures.curves[name] else { continue }
      say(name, points, curve)
    }
  }

  private func say(_ cascade: CascadeFigures) {
    func words(_ share: Double?, _ cost: Double?, of what: String) -> String? {
      guard let share, let cost else { return nil }
      let factor = Double(cascade.verifierArithmeticCost) / cost
      return "\(percent(share)) of \(what) (" + String(format: "%.1f times cheaper than the verifier alone)", factor)
    }
    let parts = [
      words(cascade.clipEscalations, cascade.clipArithmeticCost, of: "clips"),
      words(cascade.longEscalations, cascade.longArithmeticCost, of: "inferences over long audio"),
    ]
    Console.say("  verified   " + parts.compactMap { $0 }.joined(separator: ", "))
  }

  private func say(_ table: Figures.ConfusionTable) {
    let width = max(6, (table.labels.map(\.count).max() ?? 0) + 1)
    Console.say("  right \\ answer".padding(width + 12) + table.labels.map { $0.leading(width) }.joined())
    for (label, row) in zip(table.labels, table.counts) where row.contains(where: { $0 > 0 }) {
      Console.say("    \(label)".padding(width + 12) + row.map { String($0).leading(width) }.joined())
    }
  }

  private func say(_ name: String, _ points: OperatingPointReport, _ curve: CurveReport) {
    Console.say("  \(name): \(curve.keywordClips) clips of it, \(curve.otherClips) of other sound")
    let own = points.own
    let threshold = own.threshold.map { String(format: "threshold %.3f", $0) } ?? "own thresholds"
    Console.say(
      "    as set, \(threshold): FRR \(percent(own.frr)), FDR \(percent(own.fdr)), \(rate(own.falseAcceptsPerHour)) FA/h"
    )
    for point in points.frrAtFaPerHour {
      Console.say(
        String(format: "    at %g FA/h: FRR ", point.limit) + percent(point.frr) + interval(point.low, point.high)
          + String(format: ", threshold %.3f", point.threshold))
    }
    for point in points.fdrAtFrr {
      Console.say(
        String(format: "    at FRR %g %%: FDR ", point.limit * 100) + percent(point.fdr)
          + interval(point.low, point.high) + ", \(rate(point.falseAcceptsPerHour)) FA/h"
          + String(format: ", threshold %.3f", point.threshold))
    }
  }

  private func percent(_ share: Double?) -> String { share.map { String(format: "%.2f %%", $0 * 100) } ?? "-" }

  private func rate(_ value: Double?) -> String { value.map { String(format: "%.2f", $0) } ?? "-" }

  private func interval(_ low: Double?, _ high: Double?) -> String {
    guard let low, let high else { return "" }
    return String(format: " (%.2f to %.2f %%)", low * 100, high * 100)
  }
}

extension String {
  /// With spaces behind it, up to `width` characters.
  fileprivate func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

  /// With spaces before it, up to `width` characters.
  fileprivate func leading(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
