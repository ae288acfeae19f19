/// What is wrong with a tokenizer's file, or with what is asked of a tokenizer.
public enum TokenizerError: ReportableError, Equatable {
  /// A member of the file is missing, of the wrong type or contradicts another; `reason` says
  /// which and what to mend.
  case badFile(path: String, reason: String)
  /// The file asks for something that this program does not do.
  case unsupported(path: String, reason: String)
  /// A line of a merges file is not of its form.
  case badLine(path: String, line: Int, reason: String)
  /// The training that was asked for cannot be.
  case badTraining(reason: String)

  public var exitStatus: ExitStatus {
    if case .badTraining = self { .usage } else { .badData }
  }

  public var description: String {
    switch self {
    case .badFile(let path, let reason): "\(path): \(reason)"
    case .unsupported(let path, let reason): "\(path): not supported: \(reason)"
    case .badLine(let path, let line, let reason): "\(path):\(line): \(reason)"
    case .badTraining(let reason): reason
    }
  }
}
