import Foundation

/// The result of a training run, opened for evaluation or sampling.
public struct TrainedRun: Sendable {
  /// Which parameters of a run are meant.
  public enum CheckpointChoice: String, Sendable, CaseIterable {
    /// Those with the lowest validation loss.
    case best
    /// The newest.
    case last
  }

  /// The run's files.
  public let folder: RunFolder
  /// The recipe as it was run.
  public let recipe: Recipe
  /// The model that the recipe describes.
  public let model: any LanguageModel
  /// The trained parameters.
  public let store: ParameterStore
  /// The file that the parameters come from.
  public let checkpoint: String
  /// Inputs of a training window.
  public let windowLength: Int

  /// Opens a run.
  public init(path: String, checkpoint choice: CheckpointChoice = .best) throws {
    folder = RunFolder(path)
    guard FileManager.default.fileExists(atPath: folder.recipe) else {
      throw TrainedRunError.notARun(path: path)
    }
    recipe = try Recipe(path: folder.recipe)
    windowLength = try recipe.integer("data.window")
    checkpoint = choice == .best ? folder.best : folder.last
    guard FileManager.default.fileExists(atPath: checkpoint) else {
      throw TrainedRunError.noCheckpoint(path: checkpoint, isBest: choice == .best)
    }
    let file = try WeightFormats.open(checkpoint)
    model = try recipe.model(packsTernary: PackedTernaryFile.isPacked(file))
    try MemoryNeed.check(loading: model, recipe)
    store = ParameterStore(model.layout)
    try store.load(file, ignoring: Checkpoint.isOptimizerTensor)
  }

  /// The recipe's version and variant and the checkpoint, as tools report them.
  public var summary: JSONObject {
    [
      "run": .string(folder.path), "version": recipe["version"] ?? .null,
      "variant": .string(recipe.variant.rawValue), "checkpoint": .string(checkpoint),
      "parameters": .integer(model.layout.count),
    ]
  }

  /// Refuses shards whose tokens are not those that the model was trained on.
  public func check(_ shards: ShardSet) throws {
    guard shards.vocabularySize <= model.vocabularySize else {
      throw TrainedRunError.largerVocabulary(
        path: shards.path, count: shards.vocabularySize, model: model.vocabularySize)
    }
    guard let hash = shards.tokenizerHash,
      FileManager.default.fileExists(atPath: folder.tokenizer)
    else { return }
    guard try SHA256.hash(of: FileBytes(path: folder.tokenizer)) == hash else {
      throw TrainedRunError.otherTokenizer(shards: shards.path, tokenizer: folder.tokenizer)
    }
  }
}

/// What is wrong with a run, or with data that it is to be evaluated on.
public enum TrainedRunError: ReportableError, Equatable {
  /// The folder holds no recipe.
  case notARun(path: String)
  /// The parameters that were asked for are not there.
  case noCheckpoint(path: String, isBest: Bool)
  /// A tokenizer or shards have ids that the model does not know.
  case largerVocabulary(path: String, count: Int, model: Int)
  /// The shards were made with another tokenizer.
  case otherTokenizer(shards: String, tokenizer: String)

  public var exitStatus: ExitStatus {
    switch self {
    case .notARun, .noCheckpoint: .noInput
    case .largerVocabulary, .otherTokenizer: .badData
    }
  }

  public var description: String {
    switch self {
    case .notARun(let path):
      "\(path): no run here (no recipe.json); give a folder that fl-train wrote"
    case .noCheckpoint(let path, let isBest):
      "\(path): there are no such parameters (any more, or yet); "
        + (isBest
          ? "take the newest with --checkpoint last; 'fl-train … --resume' makes the best anew"
          : "let fl-train go on (--resume)")
    case .largerVocabulary(let path, let count, let model):
      "\(path): has \(count) token ids, the model has \(model); give what the model was trained on"
    case .otherTokenizer(let shards, let tokenizer):
      "\(shards): made with another tokenizer than \(tokenizer); pack it with the run's tokenizer"
    }
  }
}
