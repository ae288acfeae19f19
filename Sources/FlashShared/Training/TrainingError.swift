/// Why a run cannot start or go on.
public enum TrainingError: ReportableError, Equatable {
  /// Train and validation set were made with different tokenizers.
  case differentTokenizers(train: String, validation: String)
  /// Train and validation set end documents with different tokens.
  case differentEndOfText(train: String, validation: String)
  /// The tokenizer is not the one that made the shards.
  case otherTokenizer(tokenizer: String, shards: String)
  /// The shards were made with a tokenizer, and it was neither given nor found.
  case noTokenizer(shards: String)
  /// The tokenizer has ids that the shards cannot hold.
  case largerVocabulary(tokenizer: String, count: Int, shards: Int)
  /// A set is too short: for one window, or for anything to be scored.
  case tooFewTokens(path: String, tokens: Int, window: Int)
  /// The model cannot be trained on this machine.
  case tooLarge(source: String, parameters: Int, threads: Int, needed: Int, memory: Int)
  /// The output folder holds a run, and nobody asked to resume it.
  case runExists(path: String)
  /// The output folder holds a file that a run would replace, and no run.
  case foreignFile(path: String)
  /// The output folder holds a model, but nothing to go on from.
  case nothingToResume(path: String, model: String)
  /// The output folder's run was started with something else.
  case otherStart(path: String, members: [String])
  /// The budget of a resumed run is smaller than what the run has used.
  case budgetIsUsed(path: String, used: String, budget: String)
  /// A loss or a gradient is not finite, and the recipe says stop.
  case notFinite(step: Int, checkpoint: String)
  /// The losses or gradients of too many steps in a row are not finite.
  case stayedNotFinite(steps: ClosedRange<Int>, checkpoint: String)

  public var exitStatus: ExitStatus {
    switch self {
    case .differentTokenizers, .differentEndOfText, .otherTokenizer, .largerVocabulary,
      .tooFewTokens:
      .badData
    case .noTokenizer: .noInput
    case .runExists, .foreignFile, .nothingToResume: .cannotCreate
    case .otherStart, .budgetIsUsed, .tooLarge: .usage
    case .notFinite, .stayedNotFinite: .checkFailed
    }
  }

  public var description: String {
    switch self {
    case .differentTokenizers(let train, let validation):
      "\(validation): its tokenizer is not that of \(train); make both with one tokenizer"
    case .differentEndOfText(let train, let validation):
      "\(validation): its documents end with another token than those of \(train); pack both with "
        + "one --end-of-text"
    case .otherTokenizer(let tokenizer, let shards):
      "\(tokenizer): not the tokenizer that made \(shards) (its SHA-256 differs); give that one with "
        + "--tokenizer"
    case .noTokenizer(let shards):
      "\(shards): its tokenizer is neither here nor in the folder above; give it with --tokenizer"
    case .largerVocabulary(let tokenizer, let count, let shards):
      "\(tokenizer): has \(count) token ids, the shards have \(shards); give the tokenizer that made "
        + "them with --tokenizer"
    case .tooFewTokens(let path, let tokens, let window):
      "\(path): \(tokens) tokens are too few for one window of \(window) and its last target; "
        + "give more text or set a smaller data.window"
    case .tooLarge(let source, let parameters, let threads, let needed, let memory):
      "\(source): model: \(parameters) parameters with \(threads) threads need "
        + "\(needed >> 20) MiB, this machine has \(memory >> 20) MiB; take a smaller model, fewer "
        + "threads or a smaller batch.group"
    case .runExists(let path):
      "\(path): holds a trained model already; use --resume to go on with it, another --output, or "
        + "--replace to give it up"
    case .foreignFile(let path):
      "\(path): would be replaced, and is of no run; use another --output"
    case .nothingToResume(let path, let model):
      "\(path): holds \(model) but no last.safetensors to go on from; use another --output, or "
        + "--replace to give it up and start anew"
    case .otherStart(let path, let members):
      "\(path): the run was started with another \(members.joined(separator: ", another ")); resume "
        + "it with the same, or start anew in another --output (budget, learning rate, log, "
        + "checkpoint and on_nonfinite may change)"
    case .budgetIsUsed(let path, let used, let budget):
      "\(path): the run has used \(used), more than the budget of \(budget); resume it with a larger "
        + "one, or with the one that its recipe.json states"
    case .notFinite(let step, let checkpoint):
      "step \(step): the loss or a gradient is not finite; the state before it is in "
        + "\(checkpoint). Pass over such steps with --resume --set on_nonfinite=skip, where they come "
        + "again with a smaller optimizer.learning_rate as well; if no step is finite any more, start "
        + "anew with that rate in another --output"
    case .stayedNotFinite(let steps, let checkpoint):
      "steps \(steps.lowerBound) to \(steps.upperBound): the loss or a gradient is not finite; the "
        + "parameters before them are in \(checkpoint). Start anew with a smaller "
        + "optimizer.learning_rate in another --output, or go on to other windows with --resume "
        + "(nonfinite_limit says how many such steps are borne)"
    }
  }
}
