/// Word dropout (Bowman et al., arXiv:1511.06349): while training, each input token is replaced by
/// another one, such as `<unk>`, with a probability.
///
///     tokens'[b, t] = replacement with probability p, else tokens[b, t]
///
/// The draws are keyed by seed, step, sequence and position. The result is written as whole numbers
/// to memory of the graph, where `Embedding` and the losses find it.
struct WordDropout: Operation {
  let probability: Double
  let replacement: Int32
  /// [batch, time]: token ids, not floats.
  let tokens: Tensor

  var inputs: [Tensor] { [] }
  var outputs: [Tensor] { [] }
  var auxiliaries: [Tensor] { [tokens] }

  func forward(_ run: Execution) {
    let time = tokens.shape[1]
    run.value(tokens).withMemoryRebound(to: Int32.self, capacity: tokens.count) { seen in
      for sequence in 0..<tokens.shape[0] {
        let draws = run.context.wordDropoutDraws(sequence: sequence)
        for position in 0..<time {
          let index = sequence * time + position
          let isDropped = draws.uniform(at: UInt64(position)) < probability
          seen[index] = isDropped ? replacement : run.tokens[index]
        }
      }
    }
  }

  func backward(_ run: Execution) {}
}

extension StepContext {
  /// The draws of word dropout for one of the graph's sequences.
  func wordDropoutDraws(sequence: Int) -> RandomStream {
    RandomStream(seed: seed, purpose: .wordDropout).narrowed(by: UInt64(step))
      .narrowed(by: UInt64(firstSequence + sequence))
  }
}

extension Execution {
  /// The token ids in a tensor of `WordDropout`, or the graph's own.
  func seenTokens(_ tensor: Tensor?) -> UnsafePointer<Int32> {
    guard let tensor else { return tokens }
    return UnsafeRawPointer(value(tensor)).assumingMemoryBound(to: Int32.self)
  }
}

extension Graph {
  /// The graph's tokens with some of them replaced while training; nil, which stands for the
  /// tokens themselves, elsewhere or with probability 0.
  func wordDropout(probability: Double, replacement: Int32) -> Tensor? {
    guard mode == .training, probability > 0 else { return nil }
    let tokens = tensor([batch, time])
    record(WordDropout(probability: probability, replacement: replacement, tokens: tokens))
    return tokens
  }
}
