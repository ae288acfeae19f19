extension ToolMain {
  /// The version that `--version` prints. It is stated here alone: CHANGELOG.md and CITATION.cff are
  /// held to it by `make lint` (Tests/Release/check.sh).
  public static let version = "1.0.0"
}
