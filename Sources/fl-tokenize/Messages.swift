import FlashShared
import Foundation
import ToolSupport

/// A message for people, on standard error.
func note(_ message: String) { printMessage(message, from: "fl-tokenize") }

/// A progress bar that a callback can draw.
final class Progress: @unchecked Sendable {
  // Callbacks come from one thread at a time: the one whose turn it is.
  var bar: ProgressBar

  init(_ bar: ProgressBar) { self.bar = bar }
}

extension Double {
  func rounded(to digits: Int) -> Double {
    let scale = pow(10, Double(digits))
    return (self * scale).rounded() / scale
  }
}

extension [UInt8] {
  /// Two hexadecimal digits a byte.
  var hexadecimal: String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
