import Foundation

/// What a run tells of itself.
extension TrainingRun {
  private var step: JSONValue { .integer(state.step) }

  func logStart(_ recipe: Recipe, resumes: Bool, _ beginning: Beginning) throws {
    var fields: JSONObject = [
      "version": recipe["version"] ?? .null, "variant": .string(recipe.variant.rawValue),
      "parameters": .integer(trainer.store.layout.count), "step": step,
      "threads": .integer(pool.count), "seed": .integer(Int(settings.seed)),
      "train_tokens": .integer(train.shards.tokenCount),
      "val_tokens": .integer(validationShards.tokenCount),
      "vocabulary": .integer(train.shards.vocabularySize),
      "tokens_per_step": .integer(settings.tokensPerStep),
    ]
    if ranks.count > 1 { fields["ranks"] = .integer(ranks.count) }
    var notes = beginning.notes
    if resumes, state.workers != workerCount {
      notes.append(
        "resumed with \(workerCount) threads after \(state.workers): same up to rounding only")
    }
    if !notes.isEmpty { fields["note"] = .string(notes.joined(separator: "; ")) }
    if !beginning.changes.isEmpty {
      fields["changed"] = .array(
        beginning.changes.map {
          ["member": .string($0.member), "from": .string($0.before), "to": .string($0.now)]
        })
    }
    try log.write(resumes ? "resume" : "start", fields)
    for defect in recipe["defects"]?.arrayValue ?? [] {
      try log.write("defect", ["text": defect])
    }
  }

  func logStep(_ result: Trainer.StepResult, rate: Double, speed: Double) throws {
    var fields: JSONObject = [
      "step": step, "tokens": .integer(state.tokens), "loss": .number(result.loss),
    ]
    if trainer.objective.lossNames.count > 1 {
      for (name, value) in trainer.lossTerms { fields["loss_\(name)"] = .number(value) }
    }
    fields["lr"] = .number(rate)
    fields["grad_norm"] = .number(result.gradientNorm)
    fields["tok_per_sec"] = .number(speed)
    fields["elapsed"] = .number(state.seconds)
    fields["memory_bytes"] = .integer(MemoryUse.peakBytes)
    try log.write("step", fields)
  }

  func logNonfinite(_ result: Trainer.StepResult) throws {
    try log.write(
      "nonfinite",
      [
        "step": step, "loss": .number(result.loss), "grad_norm": .number(result.gradientNorm),
        "action": .string(settings.onNonfinite.rawValue),
      ])
  }

  func logValidation(_ loss: Double) throws {
    var fields: JSONObject = [
      "step": step, "val_loss": .number(loss), "val_ppl": .number(exp(loss)),
    ]
    if let characters = validationShards.sourceCharacters, characters > 0 {
      let tokens = Double(validationShards.tokenCount)
      fields["val_bpc"] = .number(loss / natsPerBit * tokens / Double(characters))
    }
    fields["tokens"] = .integer(state.tokens)
    fields["elapsed"] = .number(state.seconds)
    try log.write("validation", fields)
  }

  func logEnd() throws {
    var fields: JSONObject = [
      "step": step, "tokens": .integer(state.tokens), "elapsed": .number(state.seconds),
      "best_val_loss": JSONValue(state.bestLoss),
      "peak_memory_bytes": .integer(MemoryUse.peakBytes),
    ]
    if ranks.count > 1 { fields["exchanged_bytes"] = .integer(ranks.exchangedBytes) }
    try log.write("end", fields)
  }
}

private let natsPerBit = Foundation.log(2.0)
