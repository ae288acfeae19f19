import Foundation

extension TrainedRun {
  /// Refuses a folder that no packed run can be written to, before the run is read.
  public static func requirePackable(to path: String, replaces: Bool) throws {
    do {
      try RunFolder(path).requirePossible(replaces ? .replace : .new)
    } catch TrainingError.runExists {
      throw PackingError.occupied(path: path)
    }
  }

  /// Writes a run for evaluation and sampling whose ternary weights take 1.6 bits each: recipe,
  /// tokenizer and one file of parameters. It cannot be trained further. Where the folder holds
  /// another run, what only that one has goes.
  ///
  /// - Parameter replaces: whether a model that is there is given up; never this run itself.
  /// - Returns: how many weights were packed, and the bytes of the file.
  public func writePacked(
    to path: String, replaces: Bool = false
  ) throws -> (weights: Int, bytes: Int) {
    let packed = try recipe.model(packsTernary: true).layout
    let weights = packed.packedParameters.reduce(0) { $0 + $1.count }
    guard weights > 0 else { throw PackingError.nothingTernary(path: folder.path) }
    guard model.layout.packedParameters.isEmpty else {
      throw PackingError.isPacked(path: folder.path)
    }
    let target = RunFolder(path)
    guard !target.isSame(as: folder) else { throw PackingError.ontoItself(path: path) }
    try Self.requirePackable(to: path, replaces: replaces)
    let lock = try target.claim(replaces ? .replace : .new)
    for stale in [target.last, target.log] { unlink(stale) }
    defer { withExtendedLifetime(lock) {} }
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
  /// The output is the run itself.
  case ontoItself(path: String)
  /// The output holds a trained model.
  case occupied(path: String)

  public var exitStatus: ExitStatus {
    switch self {
    case .nothingTernary, .isPacked: .badData
    case .ontoItself, .occupied: .cannotCreate
    }
  }

  public var description: String {
    switch self {
    case .nothingTernary(let path):
      "\(path): this version has no ternary weights to pack; it is used as it is"
    case .isPacked(let path): "\(path): is packed already; it is used as it is"
    case .ontoItself(let path):
      "\(path): is the run that is to be packed, which could be trained no further then; give "
        + "another --output"
    case .occupied(let path):
      "\(path): holds a trained model already; use another --output, or --replace to give it up"
    }
  }
}
