/// Hands each stretch of tokens to the training or the validation set.
final class TokenRouter {
  private let split: TokenPacking.Split
  private let training: ShardSetWriter
  private let validation: ShardSetWriter?
  private let stream: RandomStream
  private var documents = 0
  private var tokens = 0
  /// The first document, and the first token, of the validation set.
  private var firstDocument = Int.max
  private var firstToken = Int.max
  private var isValidating = false
  /// Whether the open document's beginning went to the other set.
  private var isCut = false
  private let sizes: TokenSizes?
  private let endOfText: Int32?
  /// What the open document's tokens decode to, before and behind the cut.
  private var head = TokenSizes.Size()
  private var tail = TokenSizes.Size()

  /// - Parameters:
  ///   - sizes: to tell how the source text of a document that is cut is divided, if known.
  ///   - endOfText: the token that documents may end with, which stands for no text.
  init(
    split: TokenPacking.Split, training: ShardSetWriter, validation: ShardSetWriter?,
    sizes: TokenSizes? = nil, endOfText: Int32? = nil
  ) {
    self.split = split
    self.sizes = sizes
    self.endOfText = endOfText
    self.training = training
    self.validation = validation
    if case .documents(_, let seed) = split {
      stream = RandomStream(seed: seed, purpose: .splitting)
    } else {
      stream = RandomStream(seed: 0, purpose: .splitting)
    }
  }

  /// Whether the split counts from the end, so that `begin` must come before the first part.
  var needsTotals: Bool {
    switch split {
    case .none, .documents: false
    case .lastDocuments, .lastTokens, .lastTokenFraction: true
    }
  }

  /// Says how much there will be.
  func begin(documents: Int, tokens: Int) {
    switch split {
    case .none, .documents: break
    case .lastDocuments(let count): firstDocument = max(0, documents - count)
    case .lastTokens(let count): firstToken = max(0, tokens - count)
    case .lastTokenFraction(let fraction): firstToken = Int((1 - fraction) * Double(tokens))
    }
  }

  /// Takes the next part.
  func route(_ part: TokenPart) throws {
    if part.isFirst {
      isValidating = documents >= firstDocument || tokens >= firstToken
      if case .documents(let fraction, _) = split {
        isValidating = stream.uniform(at: UInt64(documents)) < fraction
      }
      documents += 1
      isCut = false
      (head, tail) = (TokenSizes.Size(), TokenSizes.Size())
    }
    let before = part.ids.prefix(max(0, firstToken - tokens))
    if !isValidating, tokens + part.ids.count > firstToken {
      try training.append(before)
      measure(before, of: part, into: &head)
      tokens += before.count
      isCut = !before.isEmpty || !part.isFirst
      isValidating = true
      try finish(part, part.ids[before.endIndex...])
    } else {
      try finish(part, part.ids[...])
    }
  }

  /// Decoded sizes are needed where a count of tokens can cut a document.
  private func measure(
    _ ids: ArraySlice<Int32>, of part: TokenPart, into size: inout TokenSizes.Size
  ) {
    guard let sizes, firstToken != .max else { return }
    let endsText = part.isLast && ids.endIndex == part.ids.endIndex && ids.last == endOfText
    sizes.add(endsText ? ids.dropLast() : ids, to: &size)
  }

  private func finish(_ part: TokenPart, _ ids: ArraySlice<Int32>) throws {
    guard let writer = isValidating ? validation : training else { return }
    try writer.append(ids)
    tokens += ids.count
    if isCut { measure(ids, of: part, into: &tail) } else { measure(ids, of: part, into: &head) }
    guard part.isLast else { return }
    guard isCut else {
      writer.endDocument(
        bytes: part.bytes, characters: part.characters, informationBits: part.informationBits)
      return
    }
    var divided: (head: TokenSizes.Size, tail: TokenSizes.Size)?
    if let bytes = part.bytes, let characters = part.characters {
      divided = sizes?.divide(
        head: head, tail: tail, whole: TokenSizes.Size(bytes: bytes, characters: characters))
    }
    training.endDocument(
      bytes: divided?.head.bytes, characters: divided?.head.characters, informationBits: nil)
    writer.endDocument(
      bytes: divided?.tail.bytes, characters: divided?.tail.characters, informationBits: nil)
  }

  /// The path and the tokens of each set.
  var tokenCounts: [(path: String, tokens: Int)] {
    [training, validation].compactMap(\.self).map { ($0.path, $0.tokenCount) }
  }

  /// Makes the sets appear, the training set first.
  func commit(
    sources: [ShardManifest.Source], steps: [JSONObject]
  ) throws -> (training: ShardManifest, validation: ShardManifest?) {
    func described(_ name: String) -> [JSONObject] {
      switch split {
      case .none: steps
      case .documents(let fraction, let seed):
        steps + [
          [
            "step": "split", "part": .string(name), "by": "documents",
            "validation_fraction": .number(fraction), "seed": .string(String(seed)),
          ]
        ]
      case .lastDocuments(let count):
        steps + [
          [
            "step": "split", "part": .string(name), "by": "last documents",
            "validation_documents": .integer(count),
          ]
        ]
      case .lastTokens(let count):
        steps + [
          [
            "step": "split", "part": .string(name), "by": "last tokens",
            "validation_tokens": .integer(count),
          ]
        ]
      case .lastTokenFraction(let fraction):
        steps + [
          [
            "step": "split", "part": .string(name), "by": "last tokens",
            "validation_fraction": .number(fraction),
          ]
        ]
      }
    }
    return (
      try training.commit(sources: sources, steps: described("train")),
      try validation?.commit(sources: sources, steps: described("validation"))
    )
  }
}
