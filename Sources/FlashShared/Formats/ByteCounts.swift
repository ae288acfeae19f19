/// Counts over the bytes of UTF-8 text.
public enum ByteCounts {
  /// The line feeds in `bytes`.
  public static func lineFeeds(_ bytes: UnsafeRawBufferPointer) -> Int {
    count(bytes) {
      $0 .== SIMD32(repeating: 0x0A)
    } scalar: {
      $0 == 0x0A
    }
  }

  /// The code points in `bytes`: the bytes that do not continue a character.
  ///
  /// Each byte of a damaged sequence that is not a continuation byte counts as one.
  public static func characters(_ bytes: UnsafeRawBufferPointer) -> Int {
    let continuations = count(bytes) {
      ($0 & SIMD32(repeating: 0xC0)) .== SIMD32(repeating: 0x80)
    } scalar: {
      $0 & 0xC0 == 0x80
    }
    return bytes.count - continuations
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

  /// Counts the bytes that a test holds for, 32 at a time.
  @inline(__always)
  private static func count(
    _ bytes: UnsafeRawBufferPointer,
    _ test: (SIMD32<UInt8>) -> SIMDMask<SIMD32<Int8>>,
    scalar: (UInt8) -> Bool
  ) -> Int {
    var total = 0
    var position = 0
    while bytes.count - position >= 32 {
      // Lanes hold at most 255, so they are summed that often.
      let end = min(position + 255 * 32, bytes.count - 31)
      var lanes = SIMD32<UInt8>.zero
      while position < end {
        let part = bytes.loadUnaligned(fromByteOffset: position, as: SIMD32<UInt8>.self)
        lanes.replace(with: lanes &+ 1, where: test(part))
        position += 32
      }
      for lane in 0..<32 { total += Int(lanes[lane]) }
    }
    while position < bytes.count {
      total += scalar(bytes[position]) ? 1 : 0
      position += 1
    }
    return total
  }
}
