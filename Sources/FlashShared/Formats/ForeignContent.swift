/// What files hold that are given for text and are none: known by their first bytes, and named with
/// what makes text of them.
enum ForeignContent {
  private struct Kind {
    var magic: [UInt8]
    /// What follows "the file is".
    var name: String
    /// The program that makes text of it, without the file.
    var program: String?
    /// Where it belongs instead.
    var place: String?
    /// Whether that program cannot read from a pipe.
    var needsFile = false
    /// Where the bytes stand.
    var offset = 0
    /// Whether the bytes are letters that a text may begin with, so that others must follow.
    var needsControl = false
  }

  private static let kinds = [
    Kind(magic: [0x1F, 0x8B], name: "compressed with gzip", program: "gzip -dc"),
    Kind(magic: [0x28, 0xB5, 0x2F, 0xFD], name: "compressed with zstd", program: "zstd -dc"),
    Kind(magic: [0xFD] + text("7zXZ") + [0], name: "compressed with xz", program: "xz -dc"),
    Kind(magic: [0x04, 0x22, 0x4D, 0x18], name: "compressed with lz4", program: "lz4 -dc"),
    Kind(
      magic: text("BZh"), name: "compressed with bzip2", program: "bzip2 -dc", needsControl: true),
    Kind(magic: text("PK") + [3, 4], name: "a zip archive", program: "unzip -p", needsFile: true),
    Kind(magic: text("7z") + [0xBC, 0xAF, 0x27, 0x1C], name: "a 7z archive", program: "7z x -so"),
    Kind(
      magic: text("ustar"), name: "a tar archive", program: "tar -xOf", needsFile: true, offset: 257
    ),
    Kind(
      magic: text("PAR1"), name: "in Parquet, which is binary", program: pandas("parquet"),
      needsFile: true, needsControl: true),
    Kind(
      magic: text("ARROW1") + [0, 0], name: "in Arrow's format, which is binary",
      program: pandas("feather"), needsFile: true),
    Kind(
      magic: [0x93] + text("NUMPY"), name: "an array of numpy, not text",
      place: "tokens are read by 'fl-tokenize decode' and 'fl-shard pack'"),
    Kind(
      magic: TokenStream.magic, name: "a token stream, not text",
      place: "it is read by 'fl-shard pack', and 'fl-tokenize decode' makes text of it"),
    Kind(
      magic: text("GGUF"), name: "a model in GGUF, not text", place: "give the text",
      needsControl: true),
    Kind(magic: text("%PDF-"), name: "a PDF document", place: "extract its text with pdftotext"),
    Kind(
      magic: text("SQLite format 3") + [0], name: "an SQLite database", place: "export its text"),
    Kind(magic: [0x7F] + text("ELF"), name: "a program, not text", place: "give the text"),
    Kind(
      magic: [0x89] + text("PNG\r\n"), name: "an image, not text", place: "give the text"),
  ]

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func pandas(_ form: String) -> String {
    "python3 -c 'import pandas, sys; print(pandas.read_\(form)(sys.argv[1])"
      + ".to_json(orient=\"records\", lines=True))'"
  }

  /// A command that reads a source and hands on what it makes of it.
  static func command(
    _ program: String, _ source: String, needsFile: Bool = false
  ) -> String {
    let isPipe =
      source == "standard input" || source.hasPrefix("/dev/fd/") || source.hasPrefix("/proc/")
    if isPipe { return needsFile ? "\(program) FILE | …" : "… | \(program) | …" }
    return "\(program) \(quoted(source)) | …"
  }

  /// A path as a shell takes it.
  private static func quoted(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"), 0x80...:
        true
      default: false
      }
    }
    return isPlain ? path : "'" + path.replacing("'", with: "'\\''") + "'"
  }

  /// What a source holds that begins so and is known to be no text, and what helps; nil if nothing
  /// such is known.
  static func description(of bytes: UnsafeRawBufferPointer, source: String) -> String? {
    let kind = kinds.first { kind in
      bytes.count >= kind.offset + kind.magic.count
        && bytes[kind.offset...].starts(with: kind.magic)
        && (!kind.needsControl || bytes[kind.magic.count...].prefix(64).contains(where: isControl))
    }
    guard let kind else { return nil }
    let mend = kind.program.map { program in
      "make text of it on the way: " + command(program, source, needsFile: kind.needsFile)
    }
    return "the file is \(kind.name); \(mend ?? kind.place ?? "give the text")"
  }

  /// Refuses a file that begins as what is known to be no text.
  static func refuse(_ start: FileStart) throws {
    if let reason = description(of: start.bytes, source: start.source) {
      throw DocumentError.notDocuments(source: start.source, reason: reason)
    }
    if let encoding = wideEncoding(start.bytes) {
      throw DocumentError.notUTF8(source: start.source, encoding: encoding)
    }
  }

  /// Refuses a file whose bytes are for a good part ones that no text has, in any encoding in which
  /// ASCII is ASCII.
  static func refuseBinary(_ start: FileStart) throws {
    let count = start.bytes.count { isControl($0) }
    guard start.bytes.count >= 64, count > start.bytes.count / 20 else { return }
    let advice =
      start.advice.contains(.format) ? "; if it is text all the same, say how: --format text" : ""
    throw DocumentError.notDocuments(
      source: start.source,
      reason: "the file is binary, not text (\(count) of its first \(start.bytes.count) bytes are "
        + "control characters)" + advice)
  }

  /// Whether a byte is a control character that texts do not have.
  private static func isControl(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x08...0x0D, 0x1A...0x1F: false
    case 0..<0x20, 0x7F: true
    default: false
    }
  }

  /// UTF-16 or UTF-32, by its byte order mark.
  private static func wideEncoding(_ bytes: UnsafeRawBufferPointer) -> String? {
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) { return "UTF-32LE" }
    if bytes.starts(with: [0, 0, 0xFE, 0xFF]) { return "UTF-32BE" }
    if bytes.starts(with: [0xFF, 0xFE]) { return "UTF-16LE" }
    if bytes.starts(with: [0xFE, 0xFF]) { return "UTF-16BE" }
    return nil
  }
}
