/// Continues texts with a model: prompts in, text out as it is produced.
public final class TextGenerator {
  /// What is generated.
  public struct Options: Sendable {
    public var sampler = SamplerSettings()
    /// Search with the model's value head instead of drawing.
    public var search: SearchSettings?
    /// Indexes of n-grams that the sampler's stage `ngrams` mixes in.
    public var ngrams: [NgramIndex] = []
    /// The most tokens to draw for a sample.
    public var tokenLimit = 256
    /// Strings that end a text; they are not part of it.
    public var stops: [String] = []
    /// Whether the end-of-text token ends a text.
    public var stopsAtEndOfText = true
    /// Positions that the model looks back at.
    public var contextLength: Int
    /// Run over the whole context for each token even if the model decodes incrementally.
    public var recomputes = false
    /// Let tokens leave at the model's early exits, if it has any.
    public var exitsEarly = false
    public var seed: UInt64 = 0

    public init(contextLength: Int) { self.contextLength = contextLength }
  }

  /// Why a text ended.
  public enum StopReason: Equatable, Sendable {
    case endOfText
    case stopString(String)
    case tokenLimit
  }

  /// A continuation of a prompt.
  public struct Sample: Equatable, Sendable {
    /// The text behind the prompt.
    public var text = ""
    /// All tokens that were drawn, those of a stop string included.
    public var tokens: [Int32] = []
    public var stopReason = StopReason.tokenLimit
  }

  private let model: any LanguageModel
  private let store: ParameterStore
  private let tokenizer: Tokenizer
  private let endOfText: Int32?
  private let options: Options
  private let guides: DecodingGuides
  private var generators: [Int: Generator] = [:]

  /// Samples that are drawn side by side: as many as the matrix kernels take without rounding
  /// differently. A search takes one at a time.
  private var batchLimit: Int { options.search == nil ? Kernel.fewRows : 1 }

  /// Refuses options that the model has no head for.
  ///
  /// - Parameter endOfText: the token that ends a text, and from which an empty prompt starts.
  public init(
    _ model: any LanguageModel, _ store: ParameterStore, tokenizer: Tokenizer, endOfText: Int32?,
    options: Options
  ) throws {
    var guides: DecodingGuides = []
    if options.search != nil { guides.insert(.value) }
    if options.sampler.compassWeight != 0 { guides.insert(.compass) }
    let missing = guides.subtracting(type(of: model).guides)
    if missing.contains(.value) { throw DecodingError.noValueHead }
    if missing.contains(.compass) { throw DecodingError.noCompass }
    self.guides = guides
    self.model = model
    self.store = store
    self.tokenizer = tokenizer
    self.endOfText = endOfText
    self.options = options
  }

  /// The tokens of a prompt; the end-of-text token for an empty one.
  ///
  /// - Parameter source: what an error calls the prompt.
  public func tokens(of prompt: String, source: String) throws -> [Int32] {
    try tokens(of: Array(prompt.utf8), source: source)
  }

  /// The tokens of a prompt given as bytes, which need not be well-formed UTF-8.
  public func tokens(of prompt: [UInt8], source: String) throws -> [Int32] {
    let tokens = prompt.isEmpty ? [] : tokenizer.encode(prompt)
    if !tokens.isEmpty { return tokens }
    guard prompt.isEmpty, let endOfText else { throw DecodingError.emptyPrompt(source: source) }
    return [endOfText]
  }

  /// Continues a prompt.
  ///
  /// - Parameters:
  ///   - prompt: at least one token.
  ///   - promptIndex: the place of the prompt among all prompts; draws depend on it.
  ///   - receive: takes a sample's place and the next piece of its text.
  public func generate(
    _ prompt: [Int32], promptIndex: Int, samples count: Int,
    _ receive: (Int, String) throws -> Void = { _, _ in }
  ) throws -> [Sample] {
    var samples = [Sample](repeating: Sample(), count: count)
    for first in stride(from: 0, to: count, by: batchLimit) {
      let batch = min(batchLimit, count - first)
      var texts = (0..<batch).map { _ in TextAssembler(stops: options.stops) }
      try generator(batch).generate(
        prompt, promptIndex: promptIndex, firstSample: first, limit: options.tokenLimit
      ) { index, token in
        samples[first + index].tokens.append(token)
        if options.stopsAtEndOfText, token == endOfText {
          samples[first + index].stopReason = .endOfText
          return false
        }
        guard !tokenizer.isSpecial(token) else { return true }
        let text = texts[index].append(tokenizer.bytes(of: token))
        if !text.isEmpty {
          samples[first + index].text += text
          try receive(first + index, text)
        }
        guard let stop = texts[index].stop else { return true }
        samples[first + index].stopReason = .stopString(stop)
        return false
      }
      for index in texts.indices {
        let rest = texts[index].finish()
        if !rest.isEmpty {
          samples[first + index].text += rest
          try receive(first + index, rest)
        }
      }
    }
    return samples
  }

  private func generator(_ batch: Int) -> Generator {
    if let generator = generators[batch] { return generator }
    let decoder = Decoder(
      model, store, batch: options.search?.candidates ?? batch,
      contextLength: options.contextLength, recomputes: options.recomputes, guides: guides,
      exitTemperature: options.exitsEarly ? options.sampler.temperature : nil)
    let generator = Generator(
      model, decoder: decoder, settings: options.sampler, search: options.search,
      ngrams: options.ngrams, seed: options.seed)
    generators[batch] = generator
    return generator
  }
}
