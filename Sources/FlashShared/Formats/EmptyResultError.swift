/// A result without content, which is refused unless it was asked for: what stood in its place is
/// worth more.
public enum EmptyResultError: ReportableError, Equatable {
  /// Nothing came in.
  case nothingCame(source: String)
  /// Something came in, and nothing of it is left for an output; `reason` says what took it.
  case nothingLeft(output: String, reason: String)

  public var exitStatus: ExitStatus {
    switch self {
    case .nothingCame: .noInput
    case .nothingLeft: .badData
    }
  }

  public var description: String {
    let consequence = "nothing is written, and what was there stays; "
    switch self {
    case .nothingCame(let source):
      return "\(source): holds no text or tokens: \(consequence)"
        + "mend what should have come, or give --allow-empty"
    case .nothingLeft(let output, let reason):
      return "\(output == "-" ? "standard output" : output): would be empty: \(reason): "
        + "\(consequence)change that, or give --allow-empty"
    }
  }
}
