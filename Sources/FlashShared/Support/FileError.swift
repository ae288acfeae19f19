import Foundation

/// What goes wrong with files as such, whatever they hold.
public enum FileError: ReportableError, Equatable {
  /// The file cannot be opened for reading; `reason` is the system's.
  case cannotOpen(path: String, reason: String)
  /// The file, or its folder, cannot be created.
  case cannotCreate(path: String, reason: String)
  /// Reading stopped before the end.
  case cannotRead(path: String, reason: String)
  /// Writing, flushing or renaming failed; the destination is as it was before.
  case cannotWrite(path: String, reason: String)
  /// Another process holds the lock; `owner` is what the lock file says of it.
  case locked(path: String, owner: String)

  public var exitStatus: ExitStatus {
    switch self {
    case .cannotOpen: .noInput
    case .cannotCreate: .cannotCreate
    case .cannotRead, .cannotWrite: .inputOutput
    case .locked: .tryAgain
    }
  }

  public var description: String {
    switch self {
    case .cannotOpen(let path, let reason): "\(path): cannot open: \(reason)"
    case .cannotCreate(let path, let reason): "\(path): cannot create: \(reason)"
    case .cannotRead(let path, let reason): "\(path): cannot read: \(reason)"
    case .cannotWrite(let path, let reason): "\(path): cannot write: \(reason)"
    case .locked(let path, let owner): "\(path): in use by \(owner); wait for it or stop it first"
    }
  }
}

/// The system's words for the current `errno`.
func systemErrorText(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
