import Foundation

/// How documents are encoded and written.
public struct EncodingOptions: Equatable, Sendable {
  /// The form of the output.
  public enum Form: String, Sendable, CaseIterable {
    /// The binary token stream (see `TokenStream`).
    case binary
    /// One JSON object a line (see `TokenStreamReader`).
    case jsonl
  }

  public var form = Form.binary
  /// If given, each document is cut after every so many code points, and the pieces are encoded
  /// each by itself, as some published recipes do.
  public var pieceCharacters: Int?
  /// Whether white space is taken off both ends of each document.
  public var stripsWhitespace = false
  /// How many threads encode.
  public var threads = 1
  /// Whether a result without tokens is written instead of refused.
  public var allowsEmpty = false

  public init() {}
}

/// Encodes documents block by block into the bytes of the output; one for each thread.
final class DocumentEncoder {
  let output = ByteBuffer(capacity: 1 << 18)
  private(set) var totals = TokenStreamTotals()
  private let encoder: TokenEncoder
  private let options: EncodingOptions
  private let ids = ByteBuffer(capacity: 1 << 14)

  init(_ tokenizer: Tokenizer, _ options: EncodingOptions) {
    self.options = options
    encoder = TokenEncoder(tokenizer, width: tokenizer.vocabularySize <= 1 << 16 ? 2 : 4)
  }

  /// Replaces `output` and `totals` by those of a block.
  func encode(_ block: DocumentBlock) throws {
    output.truncate()
    totals = TokenStreamTotals()
    let dropped = encoder.droppedBytes
    try block.forEachDocument { document in
      var document = document
      if options.stripsWhitespace { document.strip() }
      switch options.form {
      case .binary: try encodeRecord(document, block.source)
      case .jsonl: encodeLine(document)
      }
    }
    totals.droppedBytes = encoder.droppedBytes - dropped
  }

  private func encodeRecord(_ document: DocumentView, _ source: String) throws {
    var head = TokenRecordHead()
    let name = document.name.map { Array($0.utf8) } ?? []
    guard name.count <= TokenStream.maximumNameLength else {
      throw DocumentError.badLine(
        source: source, line: document.line,
        reason: "an \"id\" of \(name.count) bytes; the limit is \(TokenStream.maximumNameLength)")
    }
    head.nameLength = name.count
    head.bytes = document.text.count
    head.informationBits = document.informationBits ?? .nan
    head.continuesPrevious = document.continuesPrevious
    let start = output.count
    output.reserve(TokenStream.recordSize)
    output.advance(by: TokenStream.recordSize)
    output.append(name)
    let idsStart = output.count
    head.characters = encode(document, into: output)
    head.tokens = (output.count - idsStart) / encoder.width
    head.store(at: output.storage.baseAddress! + start)
    count(document, tokens: head.tokens, characters: head.characters)
  }

  private func encodeLine(_ document: DocumentView) {
    ids.truncate()
    var result = TokenDocument()
    result.characters = encode(document, into: ids)
    result.bytes = document.text.count
    result.name = document.name
    result.informationBits = document.informationBits
    result.continuesPrevious = document.continuesPrevious
    let width = encoder.width
    result.ids = (0..<(ids.count / width)).map { index in
      width == 2
        ? Int32(ids.bytes.number(UInt16.self, at: 2 * index))
        : ids.bytes.number(Int32.self, at: 4 * index)
    }
    output.append(result.jsonLine())
    count(document, tokens: result.ids.count, characters: result.characters)
  }

  private func encode(_ document: DocumentView, into buffer: ByteBuffer) -> Int {
    document.isPadded
      ? encoder.encode(
        padded: document.text, pieceCharacters: options.pieceCharacters, into: buffer)
      : encoder.encode(document.text, pieceCharacters: options.pieceCharacters, into: buffer)
  }

  private func count(_ document: DocumentView, tokens: Int, characters: Int) {
    totals.documents += document.continuesPrevious ? 0 : 1
    totals.tokens += tokens
    totals.characters += characters
    totals.bytes += document.text.count
  }
}

extension Tokenizer {
  /// Encodes all documents of a reader, in order, in memory that does not grow with them.
  ///
  /// - Parameters:
  ///   - progress: told after each block how many bytes of the sources are done.
  ///   - sink: takes the output's bytes, in order.
  /// - Returns: the sums over all documents.
  public func encode(
    _ reader: DocumentReader, _ options: EncodingOptions,
    progress: @escaping (Int) -> Void = { _ in },
    sink: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) throws -> TokenStreamTotals {
    var begins = options.form == .binary
    // Not before there is something to write: a result that is refused leaves no beginning.
    func begin() throws {
      guard begins else { return }
      begins = false
      let header = TokenStreamHeader(vocabularySize: vocabularySize, tokenizerSHA256: sha256)
      try header.encoded.withUnsafeBytes(sink)
    }
    var totals = TokenStreamTotals()
    var done = 0
    let workers = (0..<max(1, options.threads)).map { _ in DocumentEncoder(self, options) }
    _ = try BlockPipeline.run(
      reader, workers: workers, work: { worker, block in try worker.encode(block) },
      handOver: { worker, block in
        if worker.output.count > 0 {
          try begin()
          try sink(worker.output.bytes)
        }
        totals += worker.totals
        done += block.byteCount
        progress(done)
      })
    guard totals.documents > 0 || options.allowsEmpty else {
      throw EmptyResultError.nothingCame(source: reader.name)
    }
    try begin()
    if options.form == .binary { try totals.encoded.withUnsafeBytes(sink) }
    return totals
  }

  /// Trains a tokenizer on all documents of a reader. Memory grows with the number of different
  /// words, not with the text.
  ///
  /// - Parameters:
  ///   - threads: how many threads count words.
  ///   - allowsEmpty: whether no text at all makes a tokenizer, of the alphabet alone.
  ///   - progress: told how far the stages are, from 0 to 1, and what is being done.
  public static func train(
    on reader: DocumentReader, _ options: BytePairTraining, hasByteLevelDecoder: Bool = true,
    threads: Int = 1, allowsEmpty: Bool = false,
    progress: @escaping (Double?, String) -> Void = { _, _ in }
  ) throws -> Tokenizer {
    try options.check()
    let workers = (0..<max(1, threads)).map { _ in WordCounter() }
    let total = reader.totalBytes.map { Double(max($0, 1)) }
    var done = 0
    let counters = try BlockPipeline.run(reader, workers: workers) { counter, block in
      try block.forEachDocument { counter.add($0, addsSpace: options.addsPrefixSpace) }
    } handOver: { _, block in
      done += block.byteCount
      progress(total.map { Double(done) / $0 }, "counting words")
    }
    guard let all = counters.first else { preconditionFailure("no counters") }
    for counter in counters.dropFirst() { all.counts.merge(counter.counts) }
    guard all.counts.count > 0 || allowsEmpty else {
      throw EmptyResultError.nothingCame(source: reader.name)
    }
    var trainer = BytePairTrainer(options)
    let model = try trainer.train(all.counts) { size in
      try Interruption.check()
      progress(Double(size) / Double(options.vocabularySize), "merging pairs")
    }
    let special = options.specialTokens.compactMap { text in
      model.id(of: text).map { AddedToken(id: $0, content: text) }
    }
    return Tokenizer(
      model: model, addedTokens: special, addsPrefixSpace: options.addsPrefixSpace,
      hasByteLevelDecoder: hasByteLevelDecoder)
  }
}

/// One thread's word counts.
private final class WordCounter {
  var counts = WordCounts()
  private let padded = ByteBuffer(capacity: 1 << 12)

  func add(_ document: DocumentView, addsSpace: Bool) {
    if document.isPadded {
      counts.add(document.text, addsSpace: addsSpace)
    } else {
      padded.truncate()
      padded.append(document.text)
      padded.reserve(WordScanner.slack)
      counts.add(padded.bytes, addsSpace: addsSpace)
    }
  }
}

extension BytePairTraining {
  /// Refuses what makes no sense.
  func check() throws {
    guard vocabularySize > 0, vocabularySize <= TokenizerFile.largestVocabulary else {
      throw TokenizerError.badTraining(
        reason: "a vocabulary of \(vocabularySize) entries; give 1 to "
          + "\(TokenizerFile.largestVocabulary)")
    }
    guard minimumFrequency >= 0 else {
      throw TokenizerError.badTraining(reason: "the minimum frequency cannot be negative")
    }
    guard Set(specialTokens.map(ExactString.init)).count == specialTokens.count,
      !specialTokens.contains("")
    else {
      throw TokenizerError.badTraining(reason: "special tokens must be different and not empty")
    }
    guard alphabetLimit ?? 1 > 0, maximumTokenLength ?? 1 > 0 else {
      throw TokenizerError.badTraining(reason: "limits must be at least 1")
    }
  }
}
