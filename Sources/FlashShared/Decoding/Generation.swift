/// Draws continuations of prompts from a model.
///
/// Every draw is a function of the seed and of the indices of prompt, sample and token alone, and
/// logits do not depend on how many samples are drawn side by side: the same seed gives the same
/// tokens.
public final class Generator {
  /// How tokens are chosen.
  public let settings: SamplerSettings
  /// Keys every draw.
  public let seed: UInt64
  private let decoder: Decoder
  private var samplers: [Sampler]
  private var histories: [[Int32]]

  /// Samples that are drawn side by side.
  public var samples: Int { decoder.batch }

  public init(
    _ model: any LanguageModel, decoder: Decoder, settings: SamplerSettings, seed: UInt64
  ) {
    self.settings = settings
    self.seed = seed
    self.decoder = decoder
    let sampler = Sampler(settings, vocabularySize: model.vocabularySize)
    samplers = (0..<decoder.batch).map { _ in sampler }
    histories = (0..<decoder.batch).map { _ in [] }
  }

  /// Continues a prompt.
  ///
  /// - Parameters:
  ///   - prompt: at least one token.
  ///   - promptIndex: the place of the prompt among all prompts.
  ///   - firstSample: the place of the first sample among all of this prompt.
  ///   - limit: the most tokens to draw for a sample.
  ///   - receive: takes a sample, counted from 0, and its next token; returns whether the sample
  ///     goes on.
  public func generate(
    _ prompt: [Int32], promptIndex: Int = 0, firstSample: Int = 0, limit: Int,
    _ receive: (Int, Int32) throws -> Bool
  ) throws {
    precondition(!prompt.isEmpty, "the model needs a token to start from")
    decoder.reset()
    decoder.append(prompt: prompt)
    let streams = histories.indices.map {
      RandomStream(
        seed: seed, purpose: .sampling, UInt64(promptIndex), UInt64(firstSample + $0))
    }
    for sample in histories.indices { histories[sample] = prompt }
    var goesOn = histories.map { _ in true }
    var next = histories.map { _ in prompt[prompt.count - 1] }
    for position in 0..<limit {
      try Interruption.check()
      for sample in histories.indices where goesOn[sample] {
        let logits = decoder.logits(of: sample)
        guard Self.areUsable(logits) else {
          throw DecodingError.notFinite(position: prompt.count + position)
        }
        let token = samplers[sample].next(
          after: histories[sample], promptCount: prompt.count, logits: logits,
          uniform: streams[sample].uniform(at: UInt64(position)))
        histories[sample].append(token)
        next[sample] = token
        goesOn[sample] = try receive(sample, token)
      }
      guard goesOn.contains(true), position + 1 < limit else { return }
      decoder.append(next)
    }
  }

  /// Whether no logit is NaN or +∞, and one is more than −∞.
  private static func areUsable(_ logits: some Collection<Float>) -> Bool {
    var largest = -Float.infinity
    for logit in logits {
      if !(logit < .infinity) { return false }
      largest = max(largest, logit)
    }
    return largest > -.infinity
  }
}

/// What goes wrong while text is generated.
public enum DecodingError: ReportableError, Equatable {
  /// The model's logits are NaN or infinite.
  case notFinite(position: Int)
  /// There is nothing to start from.
  case emptyPrompt(source: String)

  public var exitStatus: ExitStatus { .badData }

  public var description: String {
    switch self {
    case .notFinite(let position):
      "token \(position): the model's logits are not finite; use another checkpoint of the run"
    case .emptyPrompt(let source):
      "\(source): the prompt holds no token, and the tokenizer has no end-of-text token to start "
        + "from; give some text"
    }
  }
}
