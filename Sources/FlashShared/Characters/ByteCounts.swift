import CByteClasses

/// Counts over the bytes of UTF-8 text.
public enum ByteCounts {
  /// The line feeds in `bytes`.
  public static func lineFeeds(_ bytes: UnsafeRawBufferPointer) -> Int {
    bytes.baseAddress.map { flashlm_count($0, bytes.count, 0xFF, 0x0A) } ?? 0
  }

  /// The code points in `bytes`: the bytes that do not continue a character.
  ///
  /// Each byte of a damaged sequence that is not a continuation byte counts as one.
  public static func characters(_ bytes: UnsafeRawBufferPointer) -> Int {
    bytes.baseAddress.map { bytes.count - flashlm_count($0, bytes.count, 0xC0, 0x80) } ?? 0
  }

  /// The length in bytes of the first `characters` code points; nil if `bytes` does not hold more
  /// than that, so that a prefix is known to be whole only when something follows it.
  public static func prefix(of bytes: UnsafeRawBufferPointer, characters wanted: Int) -> Int? {
    var rest = wanted
    var position = 0
    let step = 4096
    while bytes.count - position > step {
      let part = UnsafeRawBufferPointer(rebasing: bytes[position..<(position + step)])
      let found = Self.characters(part)
      if found > rest { break }
      rest -= found
      position += step
    }
    while position < bytes.count {
      if bytes[position] & 0xC0 != 0x80 {
        if rest == 0 { return position }
        rest -= 1
      }
      position += 1
    }
    return nil
  }
}
