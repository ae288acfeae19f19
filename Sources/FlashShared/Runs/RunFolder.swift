import Foundation

/// The files of a run: all that evaluation and sampling need.
public struct RunFolder: Sendable {
  /// The folder.
  public let path: String
  /// The recipe as it was run, overrides and vocabulary size included.
  public var recipe: String { "\(path)/recipe.json" }
  /// The tokenizer that made the data.
  public var tokenizer: String { "\(path)/tokenizer.json" }
  /// One event a line.
  public var log: String { "\(path)/log.jsonl" }
  /// The newest parameters with everything that a run needs to go on.
  public var last: String { "\(path)/last.safetensors" }
  /// The parameters with the lowest validation loss.
  public var best: String { "\(path)/best.safetensors" }

  public init(_ path: String) { self.path = path }

  /// The paths of everything that a run is read from.
  public var files: [String] { [path, recipe, tokenizer, log, last, best] }

  /// Whether there is a checkpoint to go on from.
  public var hasCheckpoint: Bool { Self.exists(last) }

  /// The parameters of a trained model that are here, if any.
  public var model: String? { [last, best].first(where: Self.exists) }

  /// Whether a run has been here, finished or not.
  private var isOfARun: Bool {
    model != nil || Self.exists(log) || Self.exists(FolderLock.file(in: path))
  }

  private static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  /// What is to become of a model that is in the folder already.
  public enum Claim: Sendable {
    /// Nothing: it is an error.
    case new
    /// It is trained further, or a new one begun where there is none.
    case resume
    /// It is given up.
    case replace
  }

  /// Refuses a folder that `claim` would refuse, and leaves it as it is: what cannot be written is
  /// told before anything is read. This is the one place that decides whether a model that is there
  /// may be written over.
  public func requirePossible(_ claim: Claim) throws {
    _ = try OutputTarget(folder: path) { _, names in
      // Pipelines note what a run is started with before it begins, in files without a visible name.
      if isOfARun || names.allSatisfy({ $0.hasPrefix(".") }) { return true }
      guard let file = [recipe, tokenizer].first(where: Self.exists) else { return false }
      throw TrainingError.foreignFile(path: file)
    }
    guard let model else { return }
    switch claim {
    case .new: throw TrainingError.runExists(path: path)
    case .resume where !hasCheckpoint:
      throw TrainingError.nothingToResume(
        path: path, model: (model as NSString).lastPathComponent)
    case .resume, .replace: break
    }
  }

  /// Takes the folder for a model to be written to, which is made if it is missing: no other process
  /// works in it while the lock lives.
  public func claim(_ claim: Claim) throws -> FolderLock {
    try requirePossible(claim)
    let lock = try FolderLock(folder: path)
    // Another process may have written a model before the lock was taken.
    try requirePossible(claim)
    if claim == .replace {
      for file in [last, best, log] where Self.exists(file) {
        guard unlink(file) == 0 else {
          throw FileError.cannotWrite(path: file, reason: systemErrorText())
        }
      }
    }
    return lock
  }

  /// Whether another path leads to the same folder.
  func isSame(as other: RunFolder) -> Bool {
    func resolved(_ path: String) -> String {
      URL(filePath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }
    return resolved(path) == resolved(other.path)
  }
}
