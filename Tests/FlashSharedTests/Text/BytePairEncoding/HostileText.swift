import FlashShared

/// Seeded texts of everything that a split pattern can trip over.
struct HostileText {
  private var generator: SequentialGenerator

  init(seed: UInt64) {
    generator = SequentialGenerator(RandomStream(seed: seed, purpose: .evaluation))
  }

  private static let pieces: [String] = [
    "the", "The", "cat", "Once upon a time", "I", "a", "b", "'s", "'t", "'re", "'ve", "'m", "'ll",
    "'d", "'S", "'l", "'r", "'v", "'x", "''", "'", " '", "’s", "\"", ".", ",", "...", "!?", "--",
    " ", " ", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\r", "\t", " \n", "\n ", "\u{B}", "\u{C}",
    "\0", "\u{1}", "\u{1C}", "\u{1F}", "\u{7F}", "\u{80}", "\u{85}", "\u{A0}", "\u{1680}",
    "\u{180E}", "\u{2000}", "\u{2009}", "\u{200B}", "\u{200D}", "\u{2028}", "\u{2029}", "\u{202F}",
    "\u{205F}", "\u{2060}", "\u{3000}", "\u{FEFF}", "0", "12", "2024", "½", "²", "٣", "Ⅷ", "㊀",
    "𝟘", "é", "e\u{301}", "ß", "ﬁ", "ñ", "Ω", "Å", "Å", "я", "Ж", "ا", "א", "अ", "ก", "한", "中文",
    "日本", "ʼ", "ª", "º", "ˀ", "𝒳", "𐍈", "🙂", "👩‍👩‍👧", "🇩🇪", "✓", "€", "“", "”", "—", "\u{E000}",
    "\u{FFFD}", "\u{FFFE}", "\u{10FFFF}", "\u{1F3FB}", "\u{FE0F}", "Ġ", "Ċ", "<pad>", "<eos>",
    "<|endoftext|>", "<", ">", "_", "a_b", "http://x.y/z?q=1", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "antidisestablishmentarianism", "))))))))))))))))))",
  ]

  /// A text of about `length` pieces.
  mutating func text(_ length: Int) -> String {
    var text = ""
    for _ in 0..<length {
      if generator.next() % 12 == 0 {
        text.unicodeScalars.append(scalar())
      } else {
        text += Self.pieces[Int(generator.next() % UInt64(Self.pieces.count))]
      }
    }
    return text
  }

  /// Bytes of which many are not UTF-8.
  mutating func bytes(_ length: Int) -> [UInt8] {
    var bytes = Array(text(length).utf8)
    for _ in 0..<(length / 2) where !bytes.isEmpty {
      let at = Int(generator.next() % UInt64(bytes.count))
      bytes[at] = UInt8(truncatingIfNeeded: generator.next())
    }
    return bytes
  }

  /// A text of few different characters, in which counts tie and merges give equal tokens.
  mutating func ties(_ length: Int) -> String {
    String(
      decoding: (0..<length).map { _ in Array("aab c".utf8)[Int(generator.next() % 5)] },
      as: UTF8.self)
  }

  private mutating func scalar() -> Unicode.Scalar {
    while true {
      let limit: UInt64 = generator.next() % 2 == 0 ? 0x3000 : 0x110000
      if let scalar = Unicode.Scalar(UInt32(generator.next() % limit)) { return scalar }
    }
  }
}
