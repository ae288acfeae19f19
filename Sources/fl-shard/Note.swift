import Foundation

/// A message for people, on standard error.
func note(_ message: String, unless isQuiet: Bool) {
  if isQuiet { return }
  try? FileHandle.standardError.write(contentsOf: Data("fl-shard: \(message)\n".utf8))
}
