import Foundation

/// What the log of a training run tells, finished or not.
public struct TrainingHistory: Sendable {
  /// A logged step.
  public struct Point: Sendable, Equatable {
    public var step: Int
    /// Input tokens so far.
    public var tokens: Int
    /// Seconds of training so far, over all resumptions.
    public var seconds: Double
    /// Nats a token.
    public var loss: Double
    public var learningRate: Double?
    public var gradientNorm: Double?
    public var tokensPerSecond: Double?
  }

  /// A validation.
  public struct Validation: Sendable, Equatable {
    public var step: Int
    public var tokens: Int
    public var seconds: Double
    public var loss: Double
    public var bitsPerCharacter: Double?
  }

  /// How far a run has come.
  public enum State: String, Sendable {
    /// No event says that it ended.
    case running
    /// Its budget is used up.
    case ended
    /// A signal ended it; it can be resumed.
    case interrupted
    /// A loss was not finite.
    case stopped
  }

  public private(set) var version: String?
  public private(set) var variant: String?
  public private(set) var parameters: Int?
  public private(set) var threads: Int?
  public private(set) var seed: Int?
  public private(set) var points: [Point] = []
  public private(set) var validations: [Validation] = []
  /// What the recipe says is wrong with the variant.
  public private(set) var defects: [String] = []
  public private(set) var state = State.running
  /// The largest resident size, in bytes.
  public private(set) var peakMemoryBytes: Int?

  /// Input tokens, seconds and steps so far.
  public var tokens: Int { max(points.last?.tokens ?? 0, validations.last?.tokens ?? 0) }
  public var seconds: Double { max(points.last?.seconds ?? 0, validations.last?.seconds ?? 0) }
  public var steps: Int { max(points.last?.step ?? 0, validations.last?.step ?? 0) }
  /// Input tokens a second over the whole run, validations included.
  public var tokensPerSecond: Double? { seconds > 0 ? Double(tokens) / seconds : nil }

  public init() {}

  /// Reads a log. A last line that is not finished is left out.
  public init(path: String) throws {
    let file = try FileBytes(path: path)
    var reader = TrainingHistoryReader(path: path)
    try reader.read(file.copy(0..<file.count), into: &self)
  }

  /// Takes in one event.
  mutating func add(_ event: JSONValue) {
    func integer(_ name: String) -> Int? { event[name]?.integerValue }
    func number(_ name: String) -> Double? { event[name]?.doubleValue }
    switch event["event"]?.stringValue {
    case "start", "resume":
      version = event["version"]?.stringValue ?? version
      variant = event["variant"]?.stringValue ?? variant
      parameters = integer("parameters") ?? parameters
      threads = integer("threads") ?? threads
      seed = integer("seed") ?? seed
      state = .running
    case "defect":
      if let text = event["text"]?.stringValue, !defects.contains(text) { defects.append(text) }
    case "step":
      guard let step = integer("step"), let tokens = integer("tokens"), let loss = number("loss")
      else { return }
      points.append(
        Point(
          step: step, tokens: tokens, seconds: number("elapsed") ?? 0, loss: loss,
          learningRate: number("lr"), gradientNorm: number("grad_norm"),
          tokensPerSecond: number("tok_per_sec")))
      peakMemoryBytes = max(peakMemoryBytes ?? 0, integer("memory_bytes") ?? 0)
    case "validation":
      guard let step = integer("step"), let loss = number("val_loss") else { return }
      validations.append(
        Validation(
          step: step, tokens: integer("tokens") ?? 0, seconds: number("elapsed") ?? 0, loss: loss,
          bitsPerCharacter: number("val_bpc")))
    case "end":
      state = .ended
      peakMemoryBytes = max(peakMemoryBytes ?? 0, integer("peak_memory_bytes") ?? 0)
    case "interrupted": state = .interrupted
    case "nonfinite": if event["action"]?.stringValue == "stop" { state = .stopped }
    default: break
    }
  }
}

/// Reads a log as it grows.
public struct TrainingHistoryReader: Sendable {
  private let path: String
  private var line = 0
  private var rest: [UInt8] = []

  /// - Parameter path: what errors call the log.
  public init(path: String) { self.path = path }

  /// Takes in the bytes that follow those of the last call; an unfinished line waits for the next.
  public mutating func read(_ bytes: [UInt8], into history: inout TrainingHistory) throws {
    rest += bytes
    var begin = 0
    while let end = rest[begin...].firstIndex(of: UInt8(ascii: "\n")) {
      line += 1
      if end > begin {
        history.add(try JSONValue(parsing: rest[begin..<end], source: path, line: line))
      }
      begin = end + 1
    }
    rest.removeFirst(begin)
  }
}
