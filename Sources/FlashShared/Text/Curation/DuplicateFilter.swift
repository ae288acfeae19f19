/// Knows every text it was shown, by the first 128 bits of its SHA-256.
///
/// Two different texts are taken for the same with a probability of about 2⁻⁸⁶ among two million.
/// Memory: about 32 bytes for each different text.
struct DuplicateFilter {
  private struct Key: Hashable {
    var high: UInt64
    var low: UInt64
  }

  private var seen: Set<Key> = []

  /// Whether the text is new; from now on it is not.
  mutating func insert(_ text: ArraySlice<UInt8>) -> Bool {
    let digest = text.withUnsafeBytes { SHA256.hash($0) }
    let key = digest.withUnsafeBytes { bytes in
      Key(
        high: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
        low: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }
    return seen.insert(key).inserted
  }
}
