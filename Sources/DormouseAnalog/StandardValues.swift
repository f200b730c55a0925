import Foundation

/// Values that resistors and capacitors are sold in (IEC 60063).
public enum StandardValues {
  /// The 96 values of a decade, 100 to 976: `100 * 10^(i / 96)` to three digits.
  public static let e96: [Double] = (0..<96).map { (100 * pow(10, Double($0) / 96)).rounded() }

  /// Capacitors of a decade.
  private static let e6: [Double] = [1.0, 1.5, 2.2, 3.3, 4.7, 6.8]

  /// Farads, of film and C0G capacitors that are easy to get: 100 pF to 680 nF.
  public static let capacitors: [Double] = (-10 ... -7).flatMap { decade in e6.map { $0 * pow(10, Double(decade)) } }

  /// The E96 resistor nearest to `ohms`, by ratio.
  public static func resistor(nearest ohms: Double) -> Double {
    let decade = pow(10, (log10(ohms) - 2).rounded(.down))
    let candidates = (e96 + [1000]).map { $0 * decade }
    return candidates.min { abs(log($0 / ohms)) < abs(log($1 / ohms)) } ?? ohms
  }

  /// Two E96 resistors whose divider takes `share` of the supply, together about 300 kilohms to 3 megohms.
  ///
  /// Of the pairs with the lower one in one decade, the best: within 1 %, mostly far closer, for the values of the series
  /// are rounded to three digits, so that equal steps give slightly different quotients.
  public static func divider(share: Double) -> (top: Double, bottom: Double) {
    let scale = share < 0.5 ? share : 1 - share
    let bottoms = e96.map { $0 * 1000 * (share < 0.5 ? pow(10, log10(scale * 10).rounded(.down)) : 1) }
    let pairs = bottoms.map { bottom in (top: resistor(nearest: bottom * (1 / share - 1)), bottom: bottom) }
    func error(_ pair: (top: Double, bottom: Double)) -> Double { abs(pair.bottom / (pair.top + pair.bottom) - share) }
    return pairs.min { error($0) < error($1) } ?? (top: 1, bottom: 1)
  }
}
