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

  init(split: TokenPacking.Split, training: ShardSetWriter, validation: ShardSetWriter?) {
    self.split = split
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
    }
    let head = part.ids.prefix(max(0, firstToken - tokens))
    if !isValidating, tokens + part.ids.count > firstToken {
      try training.append(head)
      tokens += head.count
      if !head.isEmpty || !part.isFirst {
        training.endDocument(bytes: nil, characters: nil, informationBits: nil)
        isCut = true
      }
      isValidating = true
      try finish(part, part.ids[head.endIndex...])
    } else {
      try finish(part, part.ids[...])
    }
  }

  private func finish(_ part: TokenPart, _ ids: ArraySlice<Int32>) throws {
    guard let writer = isValidating ? validation : training else { return }
    try writer.append(ids)
    tokens += ids.count
    guard part.isLast else { return }
    if isCut {
      writer.endDocument(bytes: nil, characters: nil, informationBits: nil)
    } else {
      writer.endDocument(
        bytes: part.bytes, characters: part.characters, informationBits: part.informationBits)
    }
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
