/// What is mended in text as it is read, the way Python's text mode can do it.
public struct TextCleaning: Equatable, Sendable {
  /// Whether CR LF and CR alone become LF.
  public var normalizesLineBreaks = false
  /// Whether bytes that are not part of well-formed UTF-8 are left out.
  public var dropsInvalidBytes = false

  public init() {}

  var isNeeded: Bool { normalizesLineBreaks || dropsInvalidBytes }
}

/// Cleans a stream of text that comes in parts; characters and line breaks may lie across parts.
struct TextCleaner {
  private let options: TextCleaning
  /// Whether the last part ended with a CR, so that an LF now is its second half.
  private var endedWithReturn = false
  /// The beginning of a character whose rest is still to come.
  private var held: [UInt8] = []

  init(_ options: TextCleaning) { self.options = options }

  /// Puts what was held back into the buffer, before the next part is read behind it.
  mutating func restore(_ buffer: ByteBuffer) {
    buffer.append(held)
    held.removeAll(keepingCapacity: true)
  }

  /// Cleans the buffer's bytes from `start`, in their place.
  ///
  /// - Parameter isEnd: whether the stream ends with them.
  mutating func clean(_ buffer: ByteBuffer, from start: Int, isEnd: Bool) {
    guard options.isNeeded, let base = buffer.storage.baseAddress else { return }
    let bytes = base.assumingMemoryBound(to: UInt8.self)
    let count = buffer.count
    var read = start
    var written = start
    while read < count {
      let byte = bytes[read]
      if byte < 0x80 || !options.dropsInvalidBytes {
        read += 1
        let isSecondHalf = byte == 0x0A && endedWithReturn
        endedWithReturn = byte == 0x0D && options.normalizesLineBreaks
        if isSecondHalf { continue }
        bytes[written] = endedWithReturn ? 0x0A : byte
        written += 1
        continue
      }
      endedWithReturn = false
      let available = count - read
      let (scalar, length) = CharacterClass.decode(bytes + read, available)
      if scalar == nil {
        if !isEnd, available < 4, Self.mayGoOn(bytes + read, available) {
          held = (0..<available).map { bytes[read + $0] }
          break
        }
        read += 1
        continue
      }
      for _ in 0..<length {
        bytes[written] = bytes[read]
        written += 1
        read += 1
      }
    }
    buffer.truncate(to: written)
  }

  /// Whether bytes at the end of a part can be the beginning of a character.
  private static func mayGoOn(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    let needed = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : bytes[0] >= 0xC0 ? 2 : 1
    return count < needed && (1..<max(1, count)).allSatisfy { bytes[$0] & 0xC0 == 0x80 }
  }
}
