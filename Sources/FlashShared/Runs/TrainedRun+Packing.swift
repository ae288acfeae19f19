import Foundation

extension TrainedRun {
  /// Writes a run for evaluation and sampling whose ternary weights take 1.6 bits each: recipe,
  /// tokenizer and one file of parameters. It cannot be trained further. Where the folder holds
  /// another run, what only that one has goes.
  ///
  /// - Returns: how many weights were packed, and the bytes of the file.
  public func writePacked(to path: String) throws -> (weights: Int, bytes: Int) {
    let packed = try recipe.model(packsTernary: true).layout
    let weights = packed.packedParameters.reduce(0) { $0 + $1.count }
    guard weights > 0 else { throw PackingError.nothingTernary(path: folder.path) }
    guard model.layout.packedParameters.isEmpty else {
      throw PackingError.isPacked(path: folder.path)
    }
    let target = RunFolder(path)
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileError.cannotCreate(path: path, reason: error.localizedDescription)
    }
    for stale in [target.last, target.log] { unlink(stale) }
    try store.writePacked(packed, to: target.best)
    for (source, copy) in [(folder.recipe, target.recipe), (folder.tokenizer, target.tokenizer)]
    where FileManager.default.fileExists(atPath: source) {
      let file = try AtomicFile(path: copy)
      let bytes = try FileBytes(path: source)
      try file.write(bytes.copy(0..<bytes.count))
      try file.commit()
    }
    return (weights, try FileBytes(path: target.best).count)
  }
}

/// Why a run cannot be packed.
public enum PackingError: ReportableError, Equatable {
  /// The model has no ternary weights.
  case nothingTernary(path: String)
  /// The run is in packed form already.
  case isPacked(path: String)

  public var exitStatus: ExitStatus { .badData }

  public var description: String {
    switch self {
    case .nothingTernary(let path):
      "\(path): this version has no ternary weights to pack; it is used as it is"
    case .isPacked(let path): "\(path): is packed already; it is used as it is"
    }
  }
}
