import FlashShared
import Foundation

/// A message for people, on standard error, with the tool's name before it. What it quotes from a
/// file cannot steer the terminal.
public func printMessage(_ message: String, from tool: String) {
  let text = "\(tool): \(message.withVisibleControls())\n"
  try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
}
