import CDormouse
import Dormouse

extension UpdateError {
  /// The code of the C interface.
  var code: Int32 {
    switch self {
    case .doesNotFit: DORMOUSE_ERROR_DOES_NOT_FIT
    case .notBegun: DORMOUSE_ERROR_NOT_BEGUN
    case .tooMany: DORMOUSE_ERROR_TOO_MANY_BYTES
    case .incomplete: DORMOUSE_ERROR_INCOMPLETE
    case .memory: DORMOUSE_ERROR_FLASH_FAILED
    case .refused(let error): error.code
    }
  }
}
