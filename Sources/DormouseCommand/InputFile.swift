import Foundation

/// Reads whole files, with errors in plain words.
enum InputFile {
  /// Largest ONNX file that is read; weights of an image are at most a quarter of it, as floats.
  static let onnxLimit = 1 << 30

  /// Bytes of the file at `path`, at most `limit`.
  ///
  /// - Throws: that it is missing, not a file, empty, too large or not readable.
  static func read(_ path: String, limit: Int) throws -> Data {
    var information = stat()
    guard stat(path, &information) == 0 else {
      throw Failure("\(path): \(errno == ENOENT ? "no such file" : String(cString: strerror(errno)))")
    }
    guard information.st_mode & S_IFMT != S_IFDIR else { throw Failure("\(path): is a directory") }
    guard information.st_mode & S_IFMT == S_IFREG else { throw Failure("\(path): is not a regular file") }
    guard information.st_size > 0 else { throw Failure("\(path): the file is empty") }
    guard information.st_size <= limit else {
      throw Failure("\(path): \(information.st_size) bytes; at most \(limit) are accepted")
    }
    guard let file = FileHandle(forReadingAtPath: path), let data = try? file.readToEnd() else {
      throw Failure("\(path): can't be read")
    }
    guard data.count <= limit else { throw Failure("\(path): grew while it was read") }
    return data
  }
}
