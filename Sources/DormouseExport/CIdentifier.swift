/// The stem of a model's names in C, made from the model's name.
///
/// Letters and digits of ASCII stay, anything else becomes one underscore, `commands-temporal` thus
/// `commands_temporal`. A stem that would start with a digit gets `model_` in front; nothing left makes `model`. What is
/// derived from a stem always has a suffix (`int_image`, `string_image.h`), so that no keyword and no standard header is
/// hidden.
struct CIdentifier: Equatable {
  /// Longest stem. C99 tells external names apart by 31 characters (MISRA C:2012 rule 5.1), 7 of which are `_labels`.
  static let longest = 24

  /// For objects and files.
  let lower: String
  /// For macros.
  let upper: String

  init(modelName: String) {
    var stem = ""
    for scalar in modelName.unicodeScalars {
      let isWordCharacter = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      if isWordCharacter {
        stem.unicodeScalars.append(scalar)
      } else if let last = stem.last, last != "_" {
        stem += "_"
      }
    }
    if stem.isEmpty { stem = "model" }
    if stem.first!.isNumber { stem = "model_" + stem }
    stem = String(stem.prefix(Self.longest))
    while stem.last == "_" { stem.removeLast() }
    lower = stem.lowercased()
    upper = stem.uppercased()
  }
}
