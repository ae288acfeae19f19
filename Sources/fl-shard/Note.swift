import ToolSupport

/// A message for people, on standard error.
func note(_ message: String, unless isQuiet: Bool) {
  if !isQuiet { printMessage(message, from: "fl-shard") }
}
