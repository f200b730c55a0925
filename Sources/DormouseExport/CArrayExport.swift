import Dormouse
import DormouseModel

/// A model image as a pair of C files, to be compiled into firmware.
///
/// With a model named `hey`, `hey_image.h` declares and `hey_image.c` defines
///
///     const uint8_t hey_image[HEY_IMAGE_LENGTH];            // aligned to 16 bytes
///     const char *const hey_labels[HEY_LABEL_COUNT];
///
/// and the header has the macros `HEY_IMAGE_LENGTH`, `HEY_ARENA_LENGTH`, `HEY_ALIGNED` (for the arena),
/// `HEY_LABEL_COUNT`, `HEY_MODEL_NAME`, `HEY_MODEL_VERSION` and, if the model hears, `HEY_SAMPLE_RATE` (Hz), `HEY_WINDOW` and
/// `HEY_HOP` (samples), `HEY_BANDS`, `HEY_CONTEXT` (frames) and `HEY_STRIDE` (hops). C99, and C++ for the header; see
/// `CIdentifier` for how names are made.
public struct CArrayExport {
  /// Such as `commands_temporal_image.h`.
  public let headerName: String
  /// Such as `commands_temporal_image.c`.
  public let sourceName: String
  /// Text of the header.
  public let header: [UInt8]
  /// Text of the source.
  public let source: [UInt8]

  /// The pair for an image, named after the model or after `name`.
  public init(_ loaded: LoadedImage, name: String? = nil) {
    let image = loaded.image
    let identifier = CIdentifier(modelName: name ?? loaded.name)
    headerName = identifier.lower + "_image.h"
    sourceName = identifier.lower + "_image.c"
    header = CArrayExport.header(of: image, named: identifier)
    source = CArrayExport.source(of: image, bytes: [UInt8](loaded.bytes), named: identifier, including: headerName)
  }

  /// Writes both files into a folder that exists, or neither.
  ///
  /// - Returns: their paths, the header's first.
  /// - Throws: why they could not be written.
  @discardableResult
  public func write(into folder: String) throws(WriteError) -> [String] {
    let prefix = folder.isEmpty || folder.hasSuffix("/") ? folder : folder + "/"
    let paths = [prefix + headerName, prefix + sourceName]
    try AtomicFile.write([(path: paths[0], contents: header), (path: paths[1], contents: source)])
    return paths
  }

  private static func header(of image: ModelImage, named name: CIdentifier) -> [UInt8] {
    let upper = name.upper
    var text = CText()
    func define(_ suffix: String, _ value: Int) { text.line("#define \(upper)_\(suffix) \(value)U") }

    text.line("/* A Dormouse model image and what an application must know about it. Generated: do not edit. */")
    text.line("#ifndef \(upper)_IMAGE_H")
    text.line("#define \(upper)_IMAGE_H")
    text.line()
    text.line("#include <stdint.h>")
    text.line()
    text.line("/* The model's own name and version. */")
    text.line("#define \(upper)_MODEL_NAME \(CText.literal(image.name))")
    text.line("#define \(upper)_MODEL_VERSION \(CText.literal(image.version))")
    text.line()
    text.line("/* Bytes of the image, and of the arena that running it takes. */")
    define("IMAGE_LENGTH", image.length)
    define("ARENA_LENGTH", image.arenaLength)
    text.line()
    text.line(
      "/* Minor version of the image format, and what the runtime has to know: layers of bits and int16, and what only */"
    )
    text.line("/* networks have that come from TensorFlow Lite, and weights narrower than int8. */")
    define("FORMAT_MINOR", Int(image.header.minorVersion))
    define("BITS", image.usesBits ? 1 : 0)
    define("IMPORTED", image.usesImported ? 1 : 0)
    define("NARROW", image.usesNarrowWeights ? 1 : 0)
    text.line()
    text.line("/* Outputs of the network. */")
    define("LABEL_COUNT", image.labelCount)
    if image.hasFrontEnd {
      text.line()
      text.line("/* Sound: front end (1 log-mel, 2 analog-binary), whether a second network verifies, */")
      text.line("/* hertz, samples of a window and a hop, features of a frame, frames of a context, hops a stride. */")
      define("FRONT_END", Int(image.frontEnd.kind))
      define("VERIFIER", image.hasVerifier ? 1 : 0)
      define("SAMPLE_RATE", image.frontEnd.sampleRate)
      define("WINDOW", image.frontEnd.window)
      define("HOP", image.frontEnd.hop)
      define("BANDS", image.frontEnd.features)
      define("CONTEXT", Int(image.program.context))
      define("STRIDE", Int(image.program.stride))
    }
    text.line()
    text.line("/* Alignment that image and arena need: `\(upper)_ALIGNED static uint8_t arena[...];` */")
    text.line("#if defined(__cplusplus)")
    text.line("#define \(upper)_ALIGNED alignas(\(ImageFormat.alignment))")
    text.line("#elif defined(__STDC_VERSION__) && (__STDC_VERSION__ >= 201112L)")
    text.line("#define \(upper)_ALIGNED _Alignas(\(ImageFormat.alignment))")
    text.line("#elif defined(__GNUC__)")
    text.line("#define \(upper)_ALIGNED __attribute__((aligned(\(ImageFormat.alignment))))")
    text.line("#else")
    text.line("#error \"Compile as C11 or later: this compiler's C99 has no way to align an object.\"")
    text.line("#endif")
    text.line()
    text.line("#ifdef __cplusplus")
    text.line("extern \"C\" {")
    text.line("#endif")
    text.line()
    text.line("/* The image, read in place: put it where the linker keeps constants. */")
    text.line("extern const uint8_t \(name.lower)_image[\(upper)_IMAGE_LENGTH];")
    text.line()
    text.line("/* Labels of the outputs, UTF-8. */")
    text.line("extern const char *const \(name.lower)_labels[\(upper)_LABEL_COUNT];")
    text.line()
    text.line("#ifdef __cplusplus")
    text.line("}")
    text.line("#endif")
    text.line()
    text.line("#endif /* \(upper)_IMAGE_H */")
    return text.bytes
  }

  private static func source(
    of image: ModelImage, bytes: [UInt8], named name: CIdentifier, including headerName: String
  ) -> [UInt8] {
    var text = CText()
    text.line("/* A Dormouse model image. Generated: do not edit. */")
    text.line("#include \"\(headerName)\"")
    text.line()
    text.line("const char *const \(name.lower)_labels[\(name.upper)_LABEL_COUNT] = {")
    for index in 0..<image.labelCount {
      text.line("  \(CText.literal(image.label(index)))" + (index + 1 == image.labelCount ? "" : ","))
    }
    text.line("};")
    text.line()
    text.line("\(name.upper)_ALIGNED const uint8_t \(name.lower)_image[\(name.upper)_IMAGE_LENGTH] = {")
    text.elements(bytes)
    text.line("};")
    return text.bytes
  }
}
