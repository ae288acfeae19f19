/// What was published about a version, and what the number is.
public struct PublishedFigures: Sendable, Equatable {
  public let version: String
  public let name: String
  /// The architecture in a few words.
  public let architecture: String
  /// The published parameter count, in words.
  public let parameters: String?
  /// The published perplexity; nil where none was.
  public let perplexity: Double?
  /// The published figure in words, where it is not just a number.
  public let wording: String?
  /// The published "bits per character".
  public let bitsPerCharacter: Double?
  /// What the published perplexity is.
  public let meaning: String

  private init(
    _ version: String, _ name: String, _ architecture: String, _ parameters: String?,
    _ perplexity: Double?, bits: Double? = nil, wording: String? = nil, _ meaning: String
  ) {
    self.version = version
    self.name = name
    self.architecture = architecture
    self.parameters = parameters
    self.perplexity = perplexity
    self.wording = wording
    bitsPerCharacter = bits
    self.meaning = meaning
  }

  /// The published perplexity as it is printed.
  public var perplexityText: String {
    wording ?? perplexity.map { ReportTable.fixed($0, 2) } ?? "none"
  }

  /// The figures of a version, if it is one of the family.
  public static func of(_ version: String) -> PublishedFigures? {
    all.first { $0.version == version }
  }

  private static let twoAhead = "predicts the token after the next"
  private static let future =
    "the memory sees later tokens of the window, and the target is the token after the next"

  /// All versions, in the order in which they appeared.
  public static let all: [PublishedFigures] = [
    .init(
      "v4", "Bolt", "ternary gated causal convolution", "4.3M", 15.05, bits: 0.88,
      "measured by another script, with another mapping of token ids than in training"),
    .init(
      "v4-large", "Bolt, large", "ternary gated causal convolution", "16.8M", 6.11,
      "a community run of 9 hours on 24 cores"),
    .init(
      "v5", "Thunderbolt", "ternary parallel gated recurrence", "29.7M", 1.36, bits: 0.44,
      "group normalisation sees the whole window; the bits are per token"),
    .init(
      "v5.2", "Nova-Ignition", "pre-norm transformer", "5.0M", 10.56, bits: 0.78,
      "next token, causal; one draw of 10,240 validation tokens"),
    .init(
      "v6", "SUPERNOVA", "ternary linear mixer, gated feed-forward", "4.1M", 14.0, wording: "14.0",
      "a pooled planner sees the whole window; 12,800 tokens drawn at random"),
    .init(
      "v7", "CORTEX", "ternary linear attention with early exits", "8M", 377.66,
      "the exponential of a composite loss (exits, consistency, diversity), two tokens ahead"),
    .init(
      "v7.1", "CORTEX-III", "wide gated convolution", "4.6M", 18.16, twoAhead),
    .init(
      "v7.2", "CORTEX-VI", "gated convolution with Hebbian memory", "5.0M", 18,
      wording: "about 18", twoAhead),
    .init(
      "cortex4", "CORTEX-IV", "exponential taps", nil, nil,
      wording: "none (1.13 times its baseline's)", "two models of seven minutes compared"),
    .init(
      "cortex5", "CORTEX-V", "story memory", nil, nil, wording: "none (1.44 times its baseline's)",
      "two models of seven minutes compared; the memory is handed from block to block"),
    .init(
      "v7.3", "CORTEX-VII", "window attention with Hebbian memory", "5.2M", 16.88, twoAhead),
    .init(
      "v7.4", "CORTEX-VIII", "window attention with delta memory", "6.6M", 2.33, future),
    .init(
      "v7.5", "CORTEX-IX", "CORTEX-VIII with coherence objectives", "7.6M", 3.29, future),
    .init("v7.6", "CORTEX-X", "CORTEX-VIII on short lines", "6.6M", 7.54, future),
    .init(
      "v8", "SearchLM", "transformer with lookahead value heads", "7.1M", 2.40,
      "the script is causal and predicts the token after the next: 2.40 cannot come from it"),
    .init("v8.1", "SearchLM on CORTEX-VIII", "CORTEX-VIII with value heads", "6.6M", 2.40, future),
    .init(
      "v8.2", "CORTEX-VIII, 20 M tokens", "CORTEX-VIII with value heads", "6.6M", 2.42,
      "\(future); lowered by an entropy bonus"),
    .init(
      "v8.3", "CORTEX-VIII, 10 M tokens", "CORTEX-VIII with value heads", "6.57M", 2.50,
      "\(future); lowered by an entropy bonus"),
    .init("v8.4", "Lean CORTEX", "full attention with delta memory", "1.77M", 7.80, future),
    .init(
      "v9.0", "Reckoning", "binary routing with cell memory", "1.2M", 130.19, twoAhead),
    .init(
      "v9.1", "Reckoning v2", "convolution, decaying states and a static memory", "17.26M", 24.60,
      twoAhead),
    .init(
      "v9.2", "Story Compass", "CORTEX-VIII with a compass", "6.70M", 17.56, future),
    .init(
      "v10-fsp", "Future Sentence Prediction", "transformer with a future-sentence head", "3.74M",
      10.24, "next token, causal; the first 20,480 validation tokens"),
    .init(
      "cpuflow-v5ln", "CPUFlow v5-LN", "cumulative-sum mixing", "2.0M", 11.94,
      "next token, causal; the lowest of about 34 draws of 5,120 tokens"),
    .init(
      "cpuflow-v9.7", "CPUFlow v9.7", "cumulative-sum mixing with sparse memory", "2.47M", 10.23,
      "next token, causal; the lowest of about 14 draws of 5,120 tokens"),
  ]
}
