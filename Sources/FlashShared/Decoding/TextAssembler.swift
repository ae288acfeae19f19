/// Turns the bytes of tokens into text that can be shown as it comes: whole characters only, up to
/// the first stop string.
///
/// What may be the beginning of a stop string or of a character is held back until it is decided.
/// Bytes that can be part of no character become U+FFFD.
public struct TextAssembler: Sendable {
  private let stops: [[UInt8]]
  private var pending: [UInt8] = []
  /// The stop string that was met.
  public private(set) var stop: String?

  /// - Parameter stops: strings that end the text; they are not part of it.
  public init(stops: [String] = []) {
    self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty }
  }

  /// Takes more bytes and gives the text that is complete.
  public mutating func append(_ bytes: some Sequence<UInt8>) -> String {
    guard stop == nil else { return "" }
    pending.append(contentsOf: bytes)
    if let (place, met) = firstStop() {
      stop = String(decoding: met, as: UTF8.self)
      defer { pending = [] }
      return String(decoding: pending[..<place], as: UTF8.self)
    }
    return take(min(pending.count - heldForStop(), pending.count - incompleteSuffix()))
  }

  /// Gives what was held back, at the end.
  public mutating func finish() -> String {
    stop == nil ? take(pending.count) : ""
  }

  private mutating func take(_ count: Int) -> String {
    defer { pending.removeFirst(count) }
    return String(decoding: pending[..<count], as: UTF8.self)
  }

  /// The earliest place where a stop string begins; the longest one if several begin there.
  private func firstStop() -> (place: Int, stop: [UInt8])? {
    for place in pending.indices {
      let met = stops.filter { pending[place...].starts(with: $0) }
      if let longest = met.max(by: { $0.count < $1.count }) { return (place, longest) }
    }
    return nil
  }

  /// How many bytes at the end could be the beginning of a stop string.
  private func heldForStop() -> Int {
    let longest = min(pending.count, (stops.map(\.count).max() ?? 0) - 1)
    guard longest > 0 else { return 0 }
    return (1...longest).reversed().first { count in
      stops.contains { $0.count > count && $0.starts(with: pending.suffix(count)) }
    } ?? 0
  }

  /// How many bytes at the end are the beginning of a character that is not complete.
  private func incompleteSuffix() -> Int {
    for count in 1...3 where count <= pending.count {
      let byte = pending[pending.count - count]
      if byte & 0xC0 == 0x80 { continue }
      let length =
        switch byte {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
      return length > count ? count : 0
    }
    return 0
  }
}
