import ArgumentParser
import FlashShared
import Foundation
import ToolSupport

/// Measures a run on a set of shards. What it returns is what the tool prints.
struct Measurement {
  let run: TrainedRun
  let shards: ShardSet
  let pool: WorkerPool
  let isQuiet: Bool

  init(_ run: TrainedRun, data: String, threads: Int, isQuiet: Bool) throws {
    self.run = run
    shards = try ShardSet(path: data)
    try run.check(shards)
    pool = WorkerPool(count: threads)
    self.isQuiet = isQuiet
  }

  /// The measurement with what it was made of and by. One with a figure that is not finite is none.
  private func record(_ measured: JSONObject) throws -> JSONObject {
    try EvaluationError.requireFinite(measured, of: run.checkpoint)
    var event = run.summary
    event["data"] = .string(shards.path)
    event.merge(measured)
    event["threads"] = .integer(pool.count)
    event["peak_memory_bytes"] = .integer(MemoryUse.peakBytes)
    return event
  }

  /// Every token of the set once.
  ///
  /// - Parameters:
  ///   - window: nil for the training window.
  ///   - stride: nil for the window.
  ///   - documents: nil for all.
  ///   - incremental: score the text again from prefixes alone.
  func whole(
    window: Int? = nil, stride: Int? = nil, documents: Int? = nil, incremental: Bool = false
  ) throws -> JSONObject {
    let length = window ?? run.windowLength
    guard (stride ?? length) <= length else {
      throw ValidationError("--context-stride must be at most the window, \(length).")
    }
    let unknown =
      FileManager.default.fileExists(atPath: run.folder.tokenizer)
      ? run.unknownToken(try run.tokenizer()) : nil
    func evaluate(_ form: ScoringForm, _ title: String) throws -> EvaluationResult {
      let evaluation = try WholeSetEvaluation(
        run.model, run.store, shards: shards,
        options: .init(
          windowLength: length, stride: stride, documents: documents, form: form,
          unknown: unknown))
      var bar = ProgressBar(title, isQuiet: isQuiet)
      defer { bar.finish() }
      let clock = ContinuousClock()
      let started = clock.now
      return try evaluation.run(pool: pool) { fraction, tokens in
        let seconds = (clock.now - started) / .seconds(1)
        bar.update(fraction: fraction, detail: "\(Int(Double(tokens) / max(seconds, 1e-9))) tok/s")
      }
    }
    let result = try evaluate(.parallel, "evaluate")
    var object: JSONObject = ["protocol": "whole"]
    object.merge(result.json)
    guard incremental else { return try record(object) }
    let prefixOnly = try evaluate(.prefixOnly(run.model), "from prefixes")
    var figures = prefixOnly.figures
    figures["form"] = .string(prefixOnly.method.form.rawValue)
    figures["seconds"] = .number(prefixOnly.seconds)
    object["prefix_only"] = .object(figures)
    object["prefix_only_loss_gap"] = .number(prefixOnly.loss - result.loss)
    object["prefix_only_bits_per_character_gap"] = JSONValue(
      prefixOnly.bitsPerCharacter.flatMap { bits in result.bitsPerCharacter.map { bits - $0 } })
    return try record(object)
  }

  /// As the version's script measured.
  ///
  /// - Parameter batches: nil for the recipe's number.
  func asPublished(batches: Int? = nil, seed: Int = 0) throws -> JSONObject {
    let published = try PublishedProtocol(
      run.recipe, seed: UInt64(seed), batches: batches)
    let result = try published.run(run.model, run.store, shards: shards, pool: pool)
    var object: JSONObject = [
      "protocol": "published", "sample": .string(published.sample.rawValue),
      "loss": .number(result.loss), "perplexity": .number(result.perplexity),
      "bits_per_token": .number(result.loss / log(2)),
    ]
    if published.sample == .stories {
      object["bits_per_character"] = JSONValue(result.bitsPerCharacter)
      object["stories"] = JSONValue(result.stories)
      object["characters"] = JSONValue(result.characters)
    } else {
      object["batches"] = .integer(published.batches)
      object["sequences"] = .integer(published.sequences)
      object["window"] = .integer(published.windowLength)
      object["standard_deviation_of_batches"] = JSONValue(result.batchDeviation)
      object["standard_error"] = JSONValue(
        result.batchDeviation.map { $0 / Double(published.batches).squareRoot() })
    }
    object["tokens"] = .integer(result.tokens)
    object["target_shift"] = .integer(run.model.objective.targetShift)
    if published.sample == .randomWindows { object["seed"] = .integer(seed) }
    object["caveats"] = .array(published.caveats(run.model).map { .string($0) })
    object["seconds"] = .number(result.seconds)
    return try record(object)
  }

  /// What the whole window is worth to the model.
  ///
  /// - Parameter length: nil for the training window.
  func leak(windows: Int, length: Int? = nil) throws -> JSONObject {
    var bar = ProgressBar("leak", isQuiet: isQuiet)
    defer { bar.finish() }
    let clock = ContinuousClock()
    let started = clock.now
    let measurement = try LeakMeasurement(
      run.model, run.store, shards: shards,
      options: .init(windows: windows, windowLength: length ?? run.windowLength), pool: pool
    ) { bar.update(fraction: $0, detail: "") }
    var object = measurement.json
    object["target_shift"] = .integer(run.model.objective.targetShift)
    object["seconds"] = .number((clock.now - started) / .seconds(1))
    return try record(object)
  }
}
