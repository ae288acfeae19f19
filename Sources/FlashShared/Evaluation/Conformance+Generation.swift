import Foundation

extension Conformance {
  /// Compares the deterministic calls of `generation.json`: those whose sampler leaves one token, and
  /// searches that draw nothing, over the whole last context for each token, as the scripts
  /// generate.
  func checkGeneration(_ model: any LanguageModel, _ result: inout ConformanceResult) throws {
    let path = "\(golden.path)/generation.json"
    guard FileManager.default.fileExists(atPath: path) else { return }
    let contents = try JSONValue(contentsOf: path)
    let store = try golden.store(for: model)
    let available = type(of: model).guides
    let cap = golden.configuration.members["logit_softcap"]?.doubleValue ?? 0
    for (index, entry) in (contents.arrayValue ?? contents["calls"]?.arrayValue ?? []).enumerated()
    {
      guard
        let call = GenerationCall(entry, vocabularySize: model.vocabularySize, softCap: cap),
        available.isSuperset(of: call.guides)
      else {
        result.skippedGenerationCalls += 1
        continue
      }
      let decoder = Decoder(
        model, store, batch: call.search?.candidates ?? 1, contextLength: golden.inputs[0].count,
        recomputes: true, guides: call.guides)
      let generator = Generator(
        model, decoder: decoder, settings: call.settings, search: call.search, seed: 0)
      var output = call.prompt
      try generator.generate(call.prompt, limit: call.limit) { _, token in
        output.append(token)
        return token != call.endToken
      }
      result.generationCalls += 1
      if output != call.output {
        let place = zip(output, call.output).enumerated().first { $1.0 != $1.1 }?.offset
        result.failures.append(
          "generation call \(index) departs at token \(place ?? min(output.count, call.output.count))"
        )
      }
    }
  }
}

/// A call of a reference's sampler whose result does not depend on chance.
private struct GenerationCall {
  let prompt: [Int32]
  let output: [Int32]
  let limit: Int
  let endToken: Int32?
  let settings: SamplerSettings
  let search: SearchSettings?

  var guides: DecodingGuides {
    var guides: DecodingGuides = []
    if search != nil { guides.insert(.value) }
    if settings.compassWeight != 0 { guides.insert(.compass) }
    return guides
  }

  /// Nil for calls that draw, or use a sampler that is not the model's own distribution.
  ///
  /// - Parameter softCap: the bound of the logits in searches.
  init?(_ entry: JSONValue, vocabularySize: Int, softCap: Double) {
    func tokens(_ name: String) -> [Int32]? {
      let values = entry[name]?.arrayValue?.compactMap(\.integerValue) ?? []
      guard !values.isEmpty, values.allSatisfy({ (0..<vocabularySize).contains($0) }) else {
        return nil
      }
      return values.map { Int32($0) }
    }
    guard let prompt = tokens("prompt"), let output = tokens("output"), let args = entry["args"],
      let kind = entry["kind"]?.stringValue,
      [
        "generate", "generate_search", "eval_script_sampler", "standard", "improved",
        "argmax_full_context",
      ].contains(kind),
      let limit = (args["max_new_tokens"] ?? args["max_new"])?.integerValue, limit > 0
    else { return nil }
    self.prompt = prompt
    self.output = output
    self.limit = limit
    endToken = args["eos_token_id"]?.integerValue.map { Int32(clamping: $0) }

    var settings = SamplerSettings()
    settings.stages = SamplerSettings.referenceStages
    settings.temperature = max(args["temperature"]?.doubleValue ?? 1, 1e-5)
    settings.topK =
      kind == "argmax_full_context" ? 1 : args["top_k"]?.integerValue ?? 0
    settings.topP = settings.topK > 0 ? 1 : args["top_p"]?.doubleValue ?? 1
    settings.frequencyPenalty = args["freq_penalty"]?.doubleValue ?? 0
    settings.repeatPenalty = args["repetition_penalty"]?.doubleValue ?? 1
    settings.repeatPenaltyIgnoresSign = true
    settings.penalizesPrompt = settings.repeatPenalty == 1
    settings.repeatLastN = args["window"]?.integerValue ?? 100
    settings.compassWeight = args["compass_alpha"]?.doubleValue ?? 0
    guard kind == "generate_search" else {
      guard settings.problem == nil, settings.topK == 1 || settings.topP < 1e-3 else { return nil }
      self.settings = settings
      search = nil
      return
    }
    settings.softCap = softCap
    guard let search = Self.search(args, topK: settings.topK), settings.problem == nil else {
      return nil
    }
    self.settings = settings
    self.search = search
  }

  /// A search whose candidates are the most probable ones. Searches with a repetition penalty choose
  /// them so; others draw, and so does v8's, unless the sampler leaves no more than are drawn.
  private static func search(_ args: JSONValue, topK: Int) -> SearchSettings? {
    var search = SearchSettings()
    search.candidates = args["K"]?.integerValue ?? search.candidates
    search.valueWeight = args["beta"]?.doubleValue ?? search.valueWeight
    search.repetitionPenalty = args["rep_penalty"]?.doubleValue ?? 0
    let choosesMostProbable = args["rep_penalty"] != nil || args["freq_penalty"] != nil
    guard choosesMostProbable || (1...search.candidates).contains(topK) else { return nil }
    return search.problem == nil ? search : nil
  }
}
