/// How curated documents are written.
public enum CuratedFormat: Equatable, Sendable {
  /// `{"text", "bits", "id"}` a line; the last two where they are known.
  case jsonLines
  /// The text, a line feed, the separator and a line feed.
  case separated(by: String)
  /// The texts with this between them, and nothing at the end.
  case joined(by: String)

  /// Appends what a document contributes by itself.
  public func append(_ document: TextCuration.Kept, source: String, to buffer: inout [UInt8]) throws
  {
    switch self {
    case .joined: buffer += document.text
    case .separated(let separator):
      buffer += document.text
      buffer += "\n\(separator)\n".utf8
    case .jsonLines:
      guard String(validating: document.text, as: UTF8.self) != nil else {
        throw CurationError.notUTF8(source: source, line: document.line)
      }
      buffer += #"{"text":"#.utf8
      buffer.append(jsonString: document.text)
      if let bits = document.informationBits { buffer += ",\"bits\":\(bits)".utf8 }
      if let name = document.name {
        buffer += #","id":"#.utf8
        buffer.append(jsonString: Array(name.utf8)[...])
      }
      buffer += "}\n".utf8
    }
  }

  /// What stands before every document but the first.
  public var joint: [UInt8] {
    if case .joined(let text) = self { return Array(text.utf8) }
    return []
  }
}

extension [UInt8] {
  /// Appends UTF-8 as a JSON string, quotes included.
  mutating func append(jsonString text: ArraySlice<UInt8>) {
    append(UInt8(ascii: "\""))
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        append(UInt8(ascii: "\\"))
        append(byte)
      case 0x0A: self += #"\n"#.utf8
      case 0x0D: self += #"\r"#.utf8
      case 0x09: self += #"\t"#.utf8
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        self += #"\u00"#.utf8
        append(digits[Int(byte >> 4)])
        append(digits[Int(byte & 15)])
      default: append(byte)
      }
    }
    append(UInt8(ascii: "\""))
  }
}

/// Shuffles curated documents, if that is asked for, and deals them to one or two outputs.
public final class CuratedDealer {
  private let shuffle: ExternalShuffle?
  private let stream: RandomStream
  private let validationFraction: Double
  private let joint: [UInt8]
  private let outputs: [(ArraySlice<UInt8>) throws -> Void]
  /// Documents in each output.
  public private(set) var counts = [0, 0]

  /// - Parameters:
  ///   - shuffleSeed: for the order; nil leaves it as it is.
  ///   - validationFraction: the probability with which a document goes to the second output.
  ///   - splitSeed: for that.
  ///   - outputs: take bytes.
  public init(
    format: CuratedFormat, shuffleSeed: UInt64?, memoryLimit: Int, validationFraction: Double,
    splitSeed: UInt64, outputs: [(ArraySlice<UInt8>) throws -> Void]
  ) {
    shuffle = shuffleSeed.map {
      ExternalShuffle(
        stream: RandomStream(seed: $0, purpose: .shuffling), memoryLimit: memoryLimit)
    }
    stream = RandomStream(seed: splitSeed, purpose: .splitting)
    self.validationFraction = validationFraction
    joint = format.joint
    self.outputs = outputs
  }

  /// Takes the bytes of the next document.
  public func add(_ record: [UInt8]) throws {
    if let shuffle {
      try record.withUnsafeBytes { try shuffle.append($0) }
    } else {
      try deal(record[...])
    }
  }

  /// Deals what waits for the shuffle.
  public func finish() throws {
    try shuffle?.drain { try deal(Array($0)[...]) }
  }

  private func deal(_ record: ArraySlice<UInt8>) throws {
    let number = UInt64(counts[0] + counts[1])
    let target = validationFraction > 0 && stream.uniform(at: number) < validationFraction ? 1 : 0
    if counts[target] > 0, !joint.isEmpty { try outputs[target](joint[...]) }
    try outputs[target](record)
    counts[target] += 1
  }
}
