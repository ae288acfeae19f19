/// Packs tokens into sets of shards: filters whole documents, puts end-of-text behind them, stops
/// at a limit, shuffles, and splits into training and validation; in this order.
public final class TokenPacking {
  /// What is done, and with which numbers.
  public struct Settings: Sendable {
    /// Keep documents of at least, at most so many tokens, end-of-text not counted.
    public var minimumTokens: Int?
    public var maximumTokens: Int?
    /// The token to put after each document.
    public var endOfText: Int32?
    /// Stop after so many documents, or tokens (end-of-text included).
    public var firstDocuments: Int?
    public var firstTokens: Int?
    /// Stop before a document that would pass `firstTokens`, instead of cutting it there.
    public var keepsWholeDocuments = false
    /// The order of documents; nil leaves it as it is.
    public var shuffleSeed: UInt64?
    /// The order of chunks of tokens, for sets without a split or a shuffle; they become one
    /// document, whose source text is not known.
    public var chunkOrder: ChunkOrder?
    /// What goes into the validation set.
    public var split = Split.none
    public var shardTokens = ShardSetWriter.defaultShardTokens
    /// Bytes of documents that are held before they go to a temporary file.
    public var memoryLimit = 1 << 29
    /// The folder for temporary files; the system's if nil.
    public var temporaryFolder: String?
    /// Whether a set without tokens is written instead of refused.
    public var allowsEmpty = false

    public init() {}
  }

  /// How documents are divided.
  public enum Split: Equatable, Sendable {
    /// There is no validation set.
    case none
    /// Each document goes there with this probability, by a draw at its number.
    case documents(fraction: Double, seed: UInt64)
    /// The last documents go there.
    case lastDocuments(Int)
    /// The last tokens go there, wherever that cuts.
    case lastTokens(Int)
    /// The last part of the tokens goes there, wherever that cuts: the first one has
    /// `Int((1 - fraction) * tokens)`.
    case lastTokenFraction(Double)
  }

  /// The longest document that is held in memory for a filter or the shuffle: 1 GiB.
  static let longestHeld = 1 << 28

  private let settings: Settings
  private let input: TokenInput
  private let steps: [JSONObject]
  private let sizes: TokenSizes?
  private var removedShort = 0
  private var removedLong = 0
  /// Documents and tokens that passed filters and limits.
  private var documents = 0
  private var tokens = 0
  private var isFinished = false
  /// Whether the input had any document.
  private var hasRead = false
  private var hasCut = false
  private var leftOver = 0

  /// - Parameters:
  ///   - input: an open input.
  ///   - tokenizer: the one that made the tokens; with it, the sizes of documents that are cut stay
  ///     known.
  ///   - steps: what was done before, for the manifest.
  public init(
    _ settings: Settings, input: TokenInput, tokenizer: Tokenizer? = nil, steps: [JSONObject] = []
  ) {
    sizes = tokenizer.map(TokenSizes.init)
    self.settings = settings
    self.input = input
    self.steps = steps
  }

  /// Packs everything into `training`, and what the split takes into `validation`.
  ///
  /// - Parameter progress: is told the number of tokens so far.
  /// - Returns: the manifests of both sets.
  public func run(
    training: String, validation: String?, progress: (Int) -> Void = { _ in }
  ) throws -> (training: ShardManifest, validation: ShardManifest?) {
    precondition((validation == nil) == (settings.split == .none), "a split needs two sets")
    precondition(
      settings.chunkOrder == nil || (settings.split == .none && settings.shuffleSeed == nil),
      "chunks are not split or shuffled again")
    guard let vocabularySize = input.vocabularySize else { preconditionFailure("input not open") }
    let endOfText = settings.endOfText ?? input.presentEndOfText
    if let endOfText, endOfText >= vocabularySize {
      throw CurationError.badSetting(
        "end-of-text token \(endOfText) is not in the vocabulary of \(vocabularySize) entries")
    }
    func writer(_ path: String) throws -> ShardSetWriter {
      try ShardSetWriter(
        path: path, vocabularySize: vocabularySize, endOfTextToken: endOfText,
        tokenizerHash: input.tokenizerHash, shardTokens: settings.shardTokens)
    }
    let router = TokenRouter(
      split: settings.split, training: try writer(training), validation: try validation.map(writer),
      sizes: sizes, endOfText: endOfText)
    try distribute(to: router, endOfText, progress)
    if !settings.allowsEmpty { try refuseEmpty(router) }
    let manifests = try router.commit(sources: input.sources, steps: input.steps + steps + ownSteps)
    return manifests
  }

  private func refuseEmpty(_ router: TokenRouter) throws {
    guard hasRead else { throw EmptyResultError.nothingCame(source: input.name) }
    for (path, count) in router.tokenCounts where count == 0 {
      let reason =
        tokens == 0 || settings.split == .none
        ? "no token of the input passes the filters and limits"
        : "all \(tokens) tokens went to the other set"
      throw EmptyResultError.nothingLeft(output: path, reason: reason)
    }
  }

  private func distribute(
    to router: TokenRouter, _ endOfText: Int32?, _ progress: (Int) -> Void
  ) throws {
    var buffer: [UInt8] = []
    if let order = settings.chunkOrder {
      let permuter = try ChunkPermuter(order, folder: settings.temporaryFolder)
      try forEachPart(endOfText, progress) { try permuter.append($0.ids) }
      var part = TokenPart()
      (part.isFirst, part.isLast) = (true, false)
      leftOver = try permuter.drain { tokens in
        part.ids = tokens
        try router.route(part)
        part.isFirst = false
      }.leftOver
      (part.ids, part.isLast) = ([], true)
      try router.route(part)
    } else if let seed = settings.shuffleSeed {
      let shuffle = ExternalShuffle(
        stream: RandomStream(seed: seed, purpose: .shuffling), memoryLimit: settings.memoryLimit,
        folder: settings.temporaryFolder)
      try forEachPart(endOfText, progress) { part in
        part.record(into: &buffer)
        try buffer.withUnsafeBytes { try shuffle.append($0) }
      }
      router.begin(documents: documents, tokens: tokens)
      try shuffle.drain { try router.route(TokenPart(record: $0)) }
    } else if router.needsTotals {
      let file = try TemporaryFile(folder: settings.temporaryFolder)
      var records: [Range<Int>] = []
      try forEachPart(endOfText, progress) { part in
        part.record(into: &buffer)
        records.append(try buffer.withUnsafeBytes { try file.append($0) })
      }
      router.begin(documents: documents, tokens: tokens)
      for record in records {
        buffer.removeAll(keepingCapacity: true)
        try file.read(record, into: &buffer)
        try buffer.withUnsafeBytes { try router.route(TokenPart(record: $0)) }
      }
    } else {
      try forEachPart(endOfText, progress, router.route)
    }
  }

  /// Whether documents must be complete before anything is decided about them.
  private var needsWholeDocuments: Bool {
    settings.minimumTokens != nil || settings.maximumTokens != nil || settings.shuffleSeed != nil
      || settings.keepsWholeDocuments
  }

  /// Reads, joins, filters, ends and limits documents.
  private func forEachPart(
    _ endOfText: Int32?, _ progress: (Int) -> Void, _ body: (TokenPart) throws -> Void
  ) throws {
    var part = TokenPart()
    var held = TokenPart()
    while !isFinished, try input.next(into: &part) {
      try Interruption.check()
      hasRead = true
      if input.presentEndOfText != nil, input.presentEndOfText != endOfText {
        throw CurationError.badSetting(
          "the documents of an input already end with token \(input.presentEndOfText ?? 0); "
            + "leave --end-of-text away, or give that token")
      }
      if needsWholeDocuments {
        if part.isFirst { held = part } else { held.ids += part.ids }
        guard held.ids.count <= Self.longestHeld else {
          throw CurationError.documentTooLong(
            source: input.sources.last?.name ?? "input", tokens: Self.longestHeld)
        }
        guard part.isLast else { continue }
        (held.bytes, held.characters) = (part.bytes, part.characters)
        held.isLast = true
        held.informationBits = part.informationBits
        swap(&held, &part)
        if !passes(part) { continue }
      }
      if part.isLast, let endOfText, input.presentEndOfText == nil { part.ids.append(endOfText) }
      try limit(part, endOfText, body)
      progress(tokens)
    }
    // A document that was cut is finished here, without its end and its sizes.
    if hasCut { isFinished = true }
  }

  private func passes(_ part: TokenPart) -> Bool {
    let count = part.ids.count - (input.presentEndOfText == nil ? 0 : 1)
    if count < settings.minimumTokens ?? 0 {
      removedShort += 1
      return false
    }
    if count > settings.maximumTokens ?? .max {
      removedLong += 1
      return false
    }
    return true
  }

  private func limit(
    _ part: TokenPart, _ endOfText: Int32?, _ body: (TokenPart) throws -> Void
  ) throws {
    if part.isFirst, documents >= settings.firstDocuments ?? .max {
      isFinished = true
      return
    }
    let room = (settings.firstTokens ?? .max) - tokens
    if part.ids.count > room, settings.keepsWholeDocuments {
      isFinished = true
      return
    }
    // A limit that falls between two documents cuts none of them.
    if part.isFirst, room == 0, !part.ids.isEmpty {
      isFinished = true
      return
    }
    var part = part
    if part.ids.count > room {
      let head = sizeOfHead(part, tokens: room, endOfText)
      part.ids.removeSubrange(room...)
      part.isLast = true
      (part.bytes, part.characters) = (head?.bytes, head?.characters)
      part.informationBits = nil
      hasCut = true
      isFinished = true
    }
    if part.isFirst { documents += 1 }
    tokens += part.ids.count
    try body(part)
  }

  /// How much source text the first tokens of a document stand for, where all of it is at hand.
  private func sizeOfHead(
    _ part: TokenPart, tokens: Int, _ endOfText: Int32?
  ) -> TokenSizes.Size? {
    guard let sizes, part.isFirst, part.isLast, let bytes = part.bytes,
      let characters = part.characters
    else { return nil }
    var (head, tail) = (TokenSizes.Size(), TokenSizes.Size())
    let text = part.ids.last == endOfText ? part.ids.dropLast() : part.ids[...]
    sizes.add(text.prefix(tokens), to: &head)
    sizes.add(text.dropFirst(tokens), to: &tail)
    return sizes.divide(
      head: head, tail: tail, whole: TokenSizes.Size(bytes: bytes, characters: characters)
    )?.head
  }

  /// What was done here, for the manifest.
  private var ownSteps: [JSONObject] {
    var steps: [JSONObject] = []
    if let count = settings.minimumTokens {
      steps.append([
        "step": "minimum_tokens", "value": .integer(count),
        "documents_removed": .integer(removedShort),
      ])
    }
    if let count = settings.maximumTokens {
      steps.append([
        "step": "maximum_tokens", "value": .integer(count),
        "documents_removed": .integer(removedLong),
      ])
    }
    if let token = settings.endOfText {
      steps.append(["step": "end_of_text", "token": .integer(Int(token))])
    }
    if let count = settings.firstDocuments {
      steps.append(["step": "first_documents", "value": .integer(count)])
    }
    if let count = settings.firstTokens {
      steps.append([
        "step": "first_tokens", "value": .integer(count), "document_was_cut": .boolean(hasCut),
      ])
    }
    if let seed = settings.shuffleSeed {
      steps.append(["step": "shuffle", "seed": .string(String(seed))])
    }
    if let order = settings.chunkOrder {
      steps.append([
        "step": "permute_chunks", "chunk_tokens": .integer(order.tokens),
        "seed": .string(String(order.seed)), "tokens_removed": .integer(leftOver),
        "documents_joined": .integer(documents),
      ])
    }
    if input.droppedBytes > 0 {
      steps.append(["step": "encode", "bytes_dropped": .integer(input.droppedBytes)])
    }
    return steps
  }
}
