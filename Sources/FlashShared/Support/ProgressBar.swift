import Foundation

/// A one-line progress display on standard error, drawn only if that is a terminal.
public struct ProgressBar {
  private let title: String
  private let isVisible: Bool
  private var lastDrawn = ContinuousClock.now - .seconds(1)
  private let started = ContinuousClock.now

  /// - Parameter isQuiet: draw nothing, terminal or not.
  public init(_ title: String, isQuiet: Bool = false) {
    self.title = title
    isVisible = !isQuiet && isatty(2) == 1
  }

  /// Draws the bar, at most ten times a second.
  ///
  /// - Parameters:
  ///   - fraction: what is done, 0 to 1; nil where the end is not known.
  ///   - detail: what to say behind the bar, such as a rate.
  public mutating func update(fraction: Double?, detail: @autoclosure () -> String) {
    guard isVisible else { return }
    let now = ContinuousClock.now
    guard now - lastDrawn > .milliseconds(100) else { return }
    lastDrawn = now
    var line = "\r\(title) "
    if let fraction {
      let bounded = min(max(fraction, 0), 1)
      let filled = Int(bounded * 24)
      line += "[" + String(repeating: "#", count: filled)
      line += String(repeating: ".", count: 24 - filled) + "] \(Int(bounded * 100))%"
      let elapsed = (now - started) / .seconds(1)
      if bounded > 0.01, bounded < 1 {
        line += " \(Self.clock(elapsed * (1 - bounded) / bounded)) left"
      }
    }
    write("\(line) \(detail())\u{1B}[K")
  }

  /// Erases the bar.
  public func finish() {
    if isVisible { write("\r\u{1B}[K") }
  }

  private func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Seconds as minutes and seconds, or hours and minutes.
  static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, abs(seconds) < 1e12 else { return "∞" }
    let whole = Int(seconds.rounded())
    return whole < 3600
      ? "\(whole / 60)m\(whole % 60)s" : "\(whole / 3600)h\(whole % 3600 / 60)m"
  }
}
