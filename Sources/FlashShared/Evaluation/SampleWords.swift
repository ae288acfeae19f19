/// The words of a text: runs of letters, digits and apostrophes, and of bytes outside ASCII but for
/// general punctuation (such as curly quotes and dashes).
struct SampleWords {
  struct Word {
    /// In lower case (ASCII letters).
    let text: String
    /// Whether it begins with a capital (ASCII).
    let isCapitalized: Bool
    /// Whether it begins a sentence or a speech: before it is the text's begin, a mark that ends a
    /// sentence, a quotation mark or a line break.
    let beginsSentence: Bool
  }

  let words: [Word]

  init(_ text: String) {
    var words: [Word] = []
    var bytes: [UInt8] = []
    var isCapitalized = false
    var begins = true
    var classifier = WordByteClassifier()
    func endWord(_ words: inout [Word]) {
      guard !bytes.isEmpty else { return }
      words.append(
        Word(
          text: String(decoding: bytes, as: UTF8.self), isCapitalized: isCapitalized,
          beginsSentence: begins))
      bytes.removeAll(keepingCapacity: true)
      begins = false
    }
    for byte in text.utf8 {
      switch classifier.classify(byte) {
      case .word(let lower):
        if bytes.isEmpty { isCapitalized = lower != byte }
        bytes.append(lower)
      case .separator:
        endWord(&words)
        if Self.endsSentence.contains(byte) { begins = true }
      case .punctuation(let tail):
        // Two bytes of it were taken for a part of the word.
        bytes.removeLast(min(2, bytes.count))
        endWord(&words)
        if (0x98...0x9F).contains(tail) { begins = true }
      }
    }
    endWord(&words)
    self.words = words
  }

  private static let endsSentence = Set(".!?:;\"\n".utf8)
}

/// Tells bytes of words from others, one after the other.
struct WordByteClassifier {
  enum Kind {
    /// A byte of a word, in lower case.
    case word(UInt8)
    case separator
    /// The third byte of general punctuation (U+2000 to U+203F), after two that looked like words.
    case punctuation(UInt8)
  }

  /// How many bytes of E2 80 came just before.
  private var matched = 0

  @inline(__always)
  mutating func classify(_ byte: UInt8) -> Kind {
    if byte < 0x80 {
      matched = 0
      switch byte {
      case 0x61...0x7A, 0x30...0x39, 0x27: return .word(byte)
      case 0x41...0x5A: return .word(byte | 0x20)
      default: return .separator
      }
    }
    if matched == 2 {
      matched = 0
      return .punctuation(byte)
    }
    matched = byte == 0xE2 ? 1 : matched == 1 && byte == 0x80 ? 2 : 0
    return .word(byte)
  }
}

/// Which of some words occur in a text that is given piece by piece.
struct KnownWords {
  private struct Entry {
    let bytes: [UInt8]
    var occurs = false
    var occursInLowerCase = false
  }

  private var entries: [Entry] = []
  /// Entries by the hash of their bytes; two of one hash are told apart by their bytes.
  private var byHash: [UInt64: [Int]] = [:]
  private var indexes: [String: Int] = [:]

  init(_ words: some Sequence<String>) {
    for word in words where indexes[word] == nil {
      let bytes = Array(word.utf8)
      indexes[word] = entries.count
      byHash[bytes.reduce(Self.seed, Self.mix), default: []].append(entries.count)
      entries.append(Entry(bytes: bytes))
    }
  }

  /// Whether a word occurs, in upper or lower case.
  func contains(_ word: String) -> Bool { indexes[word].map { entries[$0].occurs } ?? false }
  /// Whether a word occurs without capitals.
  func containsInLowerCase(_ word: String) -> Bool {
    indexes[word].map { entries[$0].occursInLowerCase } ?? false
  }

  // FNV-1a.
  private static let seed: UInt64 = 0xCBF2_9CE4_8422_2325
  @inline(__always)
  private static func mix(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
    (hash ^ UInt64(byte)) &* 0x100_0000_01B3
  }

  /// Takes in a document.
  mutating func add(_ text: some Sequence<UInt8>) {
    var classifier = WordByteClassifier()
    var word: [UInt8] = []
    var hasCapital = false
    for byte in text {
      switch classifier.classify(byte) {
      case .word(let lower):
        word.append(lower)
        hasCapital = hasCapital || lower != byte
        continue
      case .punctuation: word.removeLast(min(2, word.count))
      case .separator: break
      }
      endWord(word, hasCapital)
      word.removeAll(keepingCapacity: true)
      hasCapital = false
    }
    endWord(word, hasCapital)
  }

  private mutating func endWord(_ word: [UInt8], _ hasCapital: Bool) {
    guard !word.isEmpty, let candidates = byHash[word.reduce(Self.seed, Self.mix)] else { return }
    for index in candidates where entries[index].bytes == word {
      entries[index].occurs = true
      if !hasCapital { entries[index].occursInLowerCase = true }
    }
  }
}
