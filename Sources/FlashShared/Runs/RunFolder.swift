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

  /// Whether there is a checkpoint to go on from.
  public var hasCheckpoint: Bool { FileManager.default.fileExists(atPath: last) }
}
