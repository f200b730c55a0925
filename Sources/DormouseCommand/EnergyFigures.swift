import DormouseWeb
import Foundation

/// What a simulation has found out about a model's energy, for its card.
enum EnergyFigures {
  /// What is read of what `dormouse simulate --json` prints.
  private struct Report: Decodable {
    let device: String
    let powerUw: Double
    let inferenceUj: Double
    let battery: String
    let days: Double
  }

  /// Figures from `NAME.energy.json` beside `NAME.dormouse`; none without such a file, or if it can't be read.
  static func beside(_ model: Model) -> [PageCard.Figure] {
    let file = URL(fileURLWithPath: model.path).deletingPathExtension().appendingPathExtension("energy.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard let data = try? Data(contentsOf: file), let report = try? decoder.decode(Report.self, from: data) else {
      return []
    }
    return [
      PageCard.Figure(
        name: "Power, simulated", value: String(format: "%.1f mW, %@", report.powerUw / 1000, report.device)),
      PageCard.Figure(name: "Energy an inference", value: String(format: "%.0f µJ", report.inferenceUj)),
      PageCard.Figure(name: "Battery", value: String(format: "%.1f days, %@", report.days, report.battery)),
    ]
  }
}
