/// Why a run cannot start or go on.
public enum TrainingError: ReportableError, Equatable {
  /// Train and validation set were made with different tokenizers.
  case differentTokenizers(train: String, validation: String)
  /// A set is shorter than one window.
  case tooFewTokens(path: String, tokens: Int, window: Int)
  /// The output folder holds a run, and nobody asked to resume it.
  case runExists(path: String)
  /// The output folder's run has another recipe.
  case otherRecipe(path: String, member: String)
  /// A loss or a gradient is not finite, and the recipe says stop.
  case notFinite(step: Int, checkpoint: String)

  public var exitStatus: ExitStatus {
    switch self {
    case .differentTokenizers, .tooFewTokens: .badData
    case .runExists: .cannotCreate
    case .otherRecipe: .usage
    case .notFinite: .checkFailed
    }
  }

  public var description: String {
    switch self {
    case .differentTokenizers(let train, let validation):
      "\(validation): its tokenizer is not that of \(train); make both with one tokenizer"
    case .tooFewTokens(let path, let tokens, let window):
      "\(path): \(tokens) tokens are too few for one window of \(window) and its last target; "
        + "give more text or set a smaller data.window"
    case .runExists(let path):
      "\(path): holds a run already; use --resume to go on with it, or another --output"
    case .otherRecipe(let path, let member):
      "\(path): the run was started with another \"\(member)\"; resume it with the same recipe, "
        + "or start anew in another --output"
    case .notFinite(let step, let checkpoint):
      "step \(step): the loss or a gradient is not finite; the state before it is in "
        + "\(checkpoint). Lower optimizer.learning_rate, or set on_nonfinite=skip"
    }
  }
}
