/// GPT-2's visible stand-ins for bytes: each byte is one character in vocabularies and merges.
///
/// Printable ASCII, ¡ to ¬ and ® to ÿ stand for themselves; the other bytes, in order, are the
/// code points from U+0100 (so that a space is Ġ and a line feed Ċ).
public enum ByteAlphabet {
  /// The stand-in of each byte.
  public static let characters: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0..<256).map { byte in
      let isVisible =
        (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
      if !isVisible { next += 1 }
      return Unicode.Scalar(isVisible ? UInt32(byte) : next - 1) ?? "?"
    }
  }()

  private static let bytesOfCharacters: [UInt8?] = {
    var table = [UInt8?](repeating: nil, count: 0x200)
    for (byte, character) in characters.enumerated() { table[Int(character.value)] = UInt8(byte) }
    return table
  }()

  /// The byte that a character stands for, if it stands for one.
  public static func byte(of character: Unicode.Scalar) -> UInt8? {
    character.value < 0x200 ? bytesOfCharacters[Int(character.value)] : nil
  }

  /// Bytes in stand-ins.
  public static func text(of bytes: some Sequence<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(characters[Int(byte)]) }
    return String(text)
  }

  /// The bytes that a token stands for. A token with characters that are no stand-ins is taken as
  /// its own UTF-8, as the `tokenizers` library's decoder does.
  public static func bytes(of token: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(token.utf8.count)
    for character in token.unicodeScalars {
      guard let byte = byte(of: character) else { return Array(token.utf8) }
      bytes.append(byte)
    }
    return bytes
  }
}
