import Dormouse

extension ImageError {
  /// The code of the C interface: the number of the rule that is broken, negative.
  var code: Int32 { 0 &- Int32(reason.rawValue) }
}
