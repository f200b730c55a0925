/// The .npy format, version 1.0, as numpy's documentation of `numpy.lib.format` defines it.
enum NumpyFile {
  /// A file that holds `matrix`, int8, `[rows, columns]`, row-major.
  static func bytes(_ matrix: [Int8], rows: Int, columns: Int) -> [UInt8] {
    let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    var header = "{'descr': '|i1', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    // Magic, header length and header are padded to a multiple of 64 bytes and end in a line feed.
    let used = magic.count + 2 + header.utf8.count + 1
    header += String(repeating: " ", count: (64 - used % 64) % 64) + "\n"
    let length = UInt16(header.utf8.count)
    return magic + [UInt8(length & 255), UInt8(length >> 8)] + Array(header.utf8) + matrix.map(UInt8.init(bitPattern:))
  }
}
