import Foundation
import Synchronization

@testable import FlashShared

extension HostileInput {
  static func readJSON(_ bytes: [UInt8]) throws {
    let value = try JSONValue(parsing: bytes, source: "input")
    let text = value.serialized()
    let again = try JSONValue(parsing: text, source: "output")
    require(again.serialized() == text, "JSON changes when it is written and read")
    guard let expected = value["text"]?.stringValue else { return }
    // On one line, what is a document to jansson is the same document to the reader of lines.
    let line = bytes.map { $0 == 0x0A ? 0x20 : $0 }
    let reader = DocumentReader(
      paths: [InputFolder.current.file("line", line)], format: .jsonLines(textMember: "text"))
    let found = try reader.next()?.text
    require(found == Array(expected.utf8), "JSON lines give another text")
  }

  static let jsonSeeds: [[UInt8]] = [
    #"{"text": "Once upon a time\n\u00e9\ud83d\ude00", "id": 7, "bits": 12.5}"#,
    #"[null, true, false, -0.0, 1e308, 9223372036854775807, [], {}, ""]"#,
    #"{"a": {"b": [{"c": [[[[1]]]]}]}}"#, "  12 ", "\"\\u0000\"",
  ].map { Array($0.utf8) }

  /// The first byte chooses the format and what is cleaned, the second the size of blocks. Whatever
  /// that size is, the documents must be the same.
  static func readDocuments(_ bytes: [UInt8]) throws {
    guard bytes.count >= 2 else { return }
    var lenient = DocumentSettings()
    lenient.skipsInvalid = true
    lenient.textMember = "a.text"
    let formats: [DocumentFormat] = [
      .jsonLines(textMember: "text"), .separated(by: "<|endoftext|>"), .separated(by: ""),
      .separated(by: "--"), .lines, .whole(pieceCharacters: nil), .whole(pieceCharacters: 5),
      .automatic(), .automatic(lenient),
    ]
    var cleaning = TextCleaning()
    cleaning.normalizesLineBreaks = bytes[0] & 0x80 != 0
    cleaning.dropsInvalidBytes = bytes[0] & 0x40 != 0
    let path = InputFolder.current.file("documents", bytes[2...])
    func documents(blockSize: Int) throws -> ([Document], [DocumentFinding]) {
      let reader = DocumentReader(
        paths: [path], format: formats[Int(bytes[0] & 0x3F) % formats.count], cleaning: cleaning,
        blockSize: blockSize)
      var documents: [Document] = []
      while let document = try reader.next() { documents.append(document) }
      return (documents, reader.findings)
    }
    let (whole, findings) = try documents(blockSize: 1 << 18)
    let (parts, others) = try documents(blockSize: 1 + Int(bytes[1]))
    require(whole == parts, "documents depend on the size of blocks")
    require(findings == others, "findings depend on the size of blocks")
    require(whole.reduce(0) { $0 + $1.text.count } <= 2 * bytes.count, "more text than there is")
  }

  static let documentSeeds: [[UInt8]] = {
    let texts = [
      "{\"text\": \"one\", \"id\": \"a\", \"bits\": 3.5}\n\n{\"text\": \"two\\n\", \"id\": 4}\r\n",
      "One.\nTwo.\n<|endoftext|>\r\nThree\n<|endoftext|>\n<|endoftext|>\nlast",
      "a\n\nb\nc\n\n\n\nd\r\n\r\ne", "--\nx\n--\n-- \ny\n--",
      "\u{FEFF}first\nsecond\u{0}\nthird", "é\u{1F600}\r\nmore text than five",
      "{\"text\": \"a\\ud83d\\ude00\\n\", \"n\": [NaN, {\"x\": 1e999}]}\n{\"text\": \"b\"}\n",
      "{\"a\": {\"text\": \"x\"}}\n{\"a.text\": \"y\", \"a\": 1}\nnone\n{\"a\": {\"text\": null}}",
    ]
    return texts.enumerated().flatMap { index, text in
      [0x00, 0xC0].map { flags in [UInt8(index) | UInt8(flags), 3] + Array(text.utf8) }
    }
  }()

  /// A tokenizer of all bytes and a few merges, one that knows the letters only, and one with an
  /// unknown token.
  private static let tokenizers: [Tokenizer] = {
    let bytes = ByteAlphabet.characters.map { String($0) }
    let merged = ["th", "he", "the", "Ġt", "Ġthe", "aa", "aaaa", "Ġa", "in", "ing"]
    let pairs = [
      ("t", "h"), ("h", "e"), ("th", "e"), ("Ġ", "t"), ("Ġ", "the"), ("a", "a"), ("aa", "aa"),
      ("Ġ", "a"), ("i", "n"), ("in", "g"),
    ]
    func tokenizer(_ symbols: [String], unknown: Bool, space: Bool) -> Tokenizer {
      let tokens = ["<unk>"] + symbols + merged
      let ids = Dictionary(uniqueKeysWithValues: tokens.enumerated().map { ($1, Int32($0)) })
      let merges = pairs.map { left, right in
        BytePairModel.Merge(
          left: ids[left] ?? 0, right: ids[right] ?? 0, result: ids[left + right] ?? 0)
      }
      var mark = AddedToken(id: Int32(tokens.count), content: "<|x|>")
      mark.takesSpaceBefore = true
      let model = BytePairModel(
        tokens: tokens + [nil], merges: merges, unknownID: unknown ? 0 : nil, fusesUnknown: true)
      return Tokenizer(model: model, addedTokens: [mark], addsPrefixSpace: space)
    }
    let letters = "Ġ".map(String.init) + (0..<26).map { String(UnicodeScalar(97 + $0)) }
    return [
      tokenizer(bytes, unknown: false, space: false),
      tokenizer(letters, unknown: false, space: true),
      tokenizer(letters, unknown: true, space: false),
    ]
  }()

  /// Encoders of each tokenizer's ids in four bytes and in two, which remember what they have seen.
  private struct Encoders: @unchecked Sendable {
    let wide = tokenizers.map { TokenEncoder($0, width: 4) }
    let narrow = tokenizers.map { TokenEncoder($0, width: 2) }
  }

  private static let encoders = Mutex(Encoders())

  static func readEncoding(_ bytes: [UInt8]) throws {
    try encoders.withLock { try readEncoding(bytes, $0) }
  }

  private static func readEncoding(_ bytes: [UInt8], _ encoders: Encoders) throws {
    for (index, tokenizer) in tokenizers.enumerated() {
      let ids = encoders.wide[index].encode(bytes)
      require(ids == encoders.narrow[index].encode(bytes), "ids depend on their width")
      require(ids == encoders.wide[index].encode(bytes), "ids depend on what was encoded before")
      require(
        ids.allSatisfy { $0 >= 0 && Int($0) < tokenizer.vocabularySize }, "an id of no token")
      // Bytes are compared: in a string, a mark behind the token would hide it.
      if index == 0, bytes.firstRange(of: Array("<|x|>".utf8)) == nil {
        let decoded = tokenizer.decode(ids, skippingSpecial: false)
        require(decoded == bytes, "decoding does not give the bytes back")
      }
    }
  }

  static let encodingSeeds: [[UInt8]] = [
    "the thing is in the 'll 12 <|x|> ",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "Zoë  \r\n\t\u{3000}ran — 👩‍👩‍👧 ½ ٣ \u{0}", "He said: \"I'm, you're, we've\"...\n\n",
  ].map { Array($0.utf8) }

  static func readTokenizer(_ bytes: [UInt8]) throws {
    let value = try JSONValue(parsing: bytes, source: "input")
    try exercise(Tokenizer(parsing: value, path: "input", sha256: nil))
  }

  private static func exercise(_ tokenizer: Tokenizer) throws {
    let text = Array("the thing <pad> is <|x|> in Zoë's 12 \u{0}".utf8)
    let ids = tokenizer.encode(text)
    require(ids.allSatisfy { $0 >= 0 && Int($0) < tokenizer.vocabularySize }, "an id of no token")
    _ = tokenizer.decode(ids)
    _ = tokenizer.printedText([-1, 0, .max] + ids)
    let written = tokenizer.serialized()
    let again = try Tokenizer(
      parsing: JSONValue(parsing: written, source: "output"), path: "output", sha256: nil)
    require(again.encode(text) == ids, "a tokenizer that is written and read gives other ids")
    require(again.serialized() == written, "a tokenizer changes when it is written and read")
  }

  static func tokenizerSeeds() throws -> [[UInt8]] {
    let small = """
      {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [{"id": 6, \
      "content": "<pad>", "single_word": false, "lstrip": true, "rstrip": false, "normalized": \
      false, "special": true}], "normalizer": null, "pre_tokenizer": {"type": "ByteLevel", \
      "add_prefix_space": true, "trim_offsets": true, "use_regex": true}, "post_processor": \
      {"type": "ByteLevel"}, "decoder": {"type": "ByteLevel"}, "model": {"type": "BPE", \
      "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null, \
      "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": false, "ignore_merges": true, \
      "vocab": {"<unk>": 0, "t": 1, "h": 2, "e": 3, "th": 4, "the": 5}, "merges": [["t", "h"], \
      "th e"]}}
      """
    let capped = """
      {"format": "flashlm-capped-tokenizer", "special_tokens": ["<pad>", "<unk>"], "unknown_id": 1, \
      "kept": [5, 1, 2], "base": \(small)}
      """
    return [Array(small.utf8), Array(capped.utf8)]
  }

  /// The two files stand in one text, a line of `=` between them.
  static func readMerges(_ bytes: [UInt8]) throws {
    let mark = Array("\n=\n".utf8)
    guard let cut = (0..<max(0, bytes.count - 2)).first(where: { bytes[$0...].starts(with: mark) })
    else { return }
    let folder = InputFolder.current
    try exercise(
      Tokenizer(
        vocabularyPath: folder.file("vocab.json", bytes[..<cut]),
        mergesPath: folder.file("merges.txt", bytes[(cut + 3)...])))
  }

  static let mergesSeeds: [[UInt8]] = [
    Array(
      """
      {"t": 0, "h": 1, "e": 2, "th": 3, "the": 4, "<|endoftext|>": 5}
      =
      #version: 0.2
      t h
      th e

      """.utf8)
  ]
}
