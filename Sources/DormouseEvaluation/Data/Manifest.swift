import Foundation

/// A list of recordings as comma-separated values: path, label, start, end, speaker, one recording a line.
///
/// A first line whose first field is `path` names the columns, in any order; columns with other names are ignored.
/// Without it they stand in the order above, and later ones may be missing. Fields in double quotes may hold commas, and
/// quotes doubled (RFC 4180). Empty lines and lines that begin with `#` are skipped. Relative paths begin at the
/// manifest's folder. `start` and `end` are seconds; empty, they are the recording's own. An empty label says that no
/// keyword is spoken.
enum Manifest {
  /// Bytes; a line a recording makes this millions of them.
  static let limit = 1 << 28
  private static let columns = ["path", "label", "start", "end", "speaker"]

  /// Reads the manifest at `path`.
  ///
  /// - Throws: that it can't be read, or the first line that is wrong.
  static func recordings(path: String) throws(EvaluationError) -> [Recording] {
    let text = try text(of: path)
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    do throws(EvaluationError) {
      return try recordings(text) { $0.hasPrefix("/") ? $0 : folder + $0 }
    } catch {
      throw EvaluationError("\(path): \(error)")
    }
  }

  /// Recordings of a manifest's text; `locate` turns its paths into ones that can be opened.
  static func recordings(
    _ text: String, locate: (String) -> String = { $0 }
  ) throws(EvaluationError) -> [Recording] {
    var recordings: [Recording] = []
    var order = Array(columns.indices)
    var isFirst = true
    var number = 0
    let body = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
    for line in body.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      number += 1
      if line.allSatisfy(\.isWhitespace) || line.hasPrefix("#") { continue }
      let fields = try fields(of: line, number)
      if isFirst {
        isFirst = false
        if let named = try header(fields, number) {
          order = named
          continue
        }
        guard fields.count <= columns.count else {
          throw EvaluationError(
            "line \(number): \(fields.count) fields; without a line that names the columns they are "
              + columns.joined(separator: ","))
        }
      }
      guard fields.count <= order.count else {
        throw EvaluationError("line \(number): \(fields.count) fields, but there are \(order.count) columns")
      }
      var values = [String](repeating: "", count: columns.count)
      for (field, column) in zip(fields, order) where column >= 0 { values[column] = field }
      recordings.append(try recording(values, number, locate))
    }
    return recordings
  }

  private static func recording(
    _ values: [String], _ line: Int, _ locate: (String) -> String
  ) throws(EvaluationError) -> Recording {
    guard !values[0].isEmpty else { throw EvaluationError("line \(line): the path is empty") }
    let start = try seconds(values[2], "start", line) ?? 0
    let end = try seconds(values[3], "end", line)
    if let end, end <= start {
      throw EvaluationError("line \(line): the end, \(values[3]) s, is not after the start, \(start) s")
    }
    let path = locate(values[0])
    let name = values[2].isEmpty && values[3].isEmpty ? values[0] : "\(values[0])[\(values[2]):\(values[3])]"
    return Recording(
      path: path, name: name, label: values[1].isEmpty ? nil : values[1], start: start, end: end,
      speaker: values[4].isEmpty ? nil : values[4])
  }

  /// Index in `columns` of each field, -1 for others; nil if the line names no columns.
  private static func header(_ fields: [String], _ line: Int) throws(EvaluationError) -> [Int]? {
    let names = fields.map { $0.lowercased() }
    guard names[0] == "path" || (names.contains("path") && names.contains("label")) else { return nil }
    for column in columns where names.filter({ $0 == column }).count > 1 {
      throw EvaluationError("line \(line): names the column \(column) twice")
    }
    return names.map { columns.firstIndex(of: $0) ?? -1 }
  }

  private static func seconds(_ text: String, _ column: String, _ line: Int) throws(EvaluationError) -> Double? {
    if text.isEmpty { return nil }
    guard let value = Double(text), value.isFinite, value >= 0, value < 1e9 else {
      throw EvaluationError("line \(line): the \(column) is \(text); it takes seconds, 0 or more")
    }
    return value
  }

  /// The fields of one line, without the white space around them.
  private static func fields(of line: Substring, _ number: Int) throws(EvaluationError) -> [String] {
    var fields: [String] = []
    var rest = line[...]
    while true {
      rest = rest.drop(while: { $0 == " " || $0 == "\t" })
      if rest.first == "\"" {
        var field = ""
        rest = rest.dropFirst()
        while true {
          guard let quote = rest.firstIndex(of: "\"") else {
            throw EvaluationError("line \(number): a quoted field does not end")
          }
          field += rest[..<quote]
          rest = rest[rest.index(after: quote)...]
          guard rest.first == "\"" else { break }
          field += "\""
          rest = rest.dropFirst()
        }
        fields.append(field)
        rest = rest.drop(while: { $0 == " " || $0 == "\t" })
        guard rest.isEmpty || rest.first == "," else {
          throw EvaluationError("line \(number): text follows a quoted field")
        }
      } else {
        let end = rest.firstIndex(of: ",") ?? rest.endIndex
        fields.append(String(rest[..<end]).trimmingCharacters(in: .whitespaces))
        rest = rest[end...]
      }
      guard rest.first == "," else { return fields }
      rest = rest.dropFirst()
    }
  }

  private static func text(of path: String) throws(EvaluationError) -> String {
    var information = stat()
    guard stat(path, &information) == 0 else {
      throw EvaluationError(
        "\(path): \(errno == ENOENT ? "no such file or folder" : String(cString: strerror(errno)))")
    }
    guard information.st_mode & S_IFMT == S_IFREG else {
      throw EvaluationError("\(path): is neither a folder nor a regular file")
    }
    guard information.st_size > 0 else { throw EvaluationError("\(path): the file is empty") }
    guard information.st_size <= limit else { throw EvaluationError("\(path): too large for a manifest") }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw EvaluationError("\(path): can't be read")
    }
    guard let text = String(data: data, encoding: .utf8), !text.contains("\0") else {
      throw EvaluationError("\(path): is no text; --data takes a folder that holds a folder a class, or a CSV manifest")
    }
    return text
  }
}
