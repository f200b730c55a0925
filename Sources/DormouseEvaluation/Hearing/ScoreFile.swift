import Foundation

/// Score sheets in a JSON file.
///
/// `{"format": "dormouse-scores", "version": 1, "sheets": [...]}`; a sheet has the keys of `ScoreSheet` in snake case.
public struct ScoreFile: Codable {
  /// Says what the file is.
  public private(set) var format = ScoreFile.kind
  /// Of this layout.
  public private(set) var version = 1
  /// One a model and noise level.
  public var sheets: [ScoreSheet]

  private static let kind = "dormouse-scores"

  /// A file of these sheets.
  public init(sheets: [ScoreSheet]) { self.sheets = sheets }

  /// The JSON text.
  public func bytes() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return [UInt8](try encoder.encode(self)) + [10]
  }

  /// Reads and checks JSON text.
  ///
  /// - Throws: `EvaluationError` that names the first thing that is wrong.
  public init(json: Data) throws(EvaluationError) {
    struct Head: Decodable {
      let format: String
      let version: Int
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      let head = try decoder.decode(Head.self, from: json)
      guard head.format == ScoreFile.kind else {
        throw EvaluationError("is no file of scores: its format is \(head.format)")
      }
      guard head.version == 1 else {
        throw EvaluationError("is a file of scores of version \(head.version); this program reads version 1")
      }
      self = try decoder.decode(ScoreFile.self, from: json)
    } catch let error as EvaluationError {
      throw error
    } catch {
      throw EvaluationError("is no file of scores: \(ScoreFile.words(error))")
    }
    if sheets.isEmpty { throw EvaluationError("holds no sheets") }
    for sheet in sheets { try sheet.check() }
  }

  private static func words(_ error: any Error) -> String {
    func place(_ context: DecodingError.Context) -> String {
      context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context): return "\(key.stringValue) is missing at '\(place(context))'"
    case DecodingError.typeMismatch(_, let context): return "a value of the wrong type at '\(place(context))'"
    case DecodingError.valueNotFound(_, let context): return "a value is missing at '\(place(context))'"
    default: return "not valid JSON"
    }
  }
}
