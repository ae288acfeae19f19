/// Coherence training (v7.5): the next token, tokens further ahead by heads of their own, the
/// unlikelihood of a token just seen, and a bonus for entropy.
///
///     cross_entropy + α·unlikelihood − β·entropy + μ(step)·multi_token
///
/// μ is 0 before `warmup` steps, then rises to its maximum over `ramp` steps.
///
/// - Multi-token: head k scores, at position t, the target of position t + 1 + k; the mean over
///   the heads (Gloeckle et al., arXiv:2404.19737).
/// - Unlikelihood: −ln(1 − p_t[x_t]) for the input x_t. A recipe that shifts twice penalises the
///   token after its input instead, which is the one that should come next.
public struct Coherence: Objective {
  public let targetShift: Int
  let unlikelihoodWeight: Double
  let entropyWeight: Double
  let multiTokenWeight: Double
  let warmup: Int
  let ramp: Int
  /// Heads for tokens further ahead, each one token further than the one before it:
  /// [vocabulary, width] each.
  let futureHeads: [Parameter]

  public var lossNames: [String] { ["cross_entropy", "unlikelihood", "entropy", "multi_token"] }

  /// Reads the card's weights.
  init(_ configuration: ModelConfiguration, targetShift: Int, futureHeads: [Parameter]) throws {
    self.targetShift = targetShift
    self.futureHeads = futureHeads
    unlikelihoodWeight = try configuration.number("unlikelihood_alpha")
    entropyWeight = try configuration.number("entropy_beta")
    multiTokenWeight = try configuration.number("mtp_weight_max")
    warmup = try configuration.integer("mtp_warmup")
    ramp = try configuration.integer("mtp_ramp")
  }

  public func record(_ output: ModelOutput, in graph: Graph) -> ScoredPositions {
    let slots = lossNames.map { graph.lossSlot($0) }
    let positions = graph.time - targetShift
    let scored = graph.crossEntropy(
      output.hidden, head: output.head, name: lossNames[0], positionsPerSequence: positions,
      regularization: SoftmaxRegularization(
        unlikelihoodSlot: slots[1], penalizedOffset: targetShift, seenTokens: output.seenTokens,
        entropySlot: slots[2]))
    guard graph.mode == .training else { return scored }
    for (index, head) in futureHeads.enumerated()
    where hasTargets(head: index, time: graph.time) {
      graph.crossEntropy(
        output.hidden, head: head, name: lossNames[3],
        positionsPerSequence: positions - 1 - index, targetOffset: 1 + index,
        share: 1 / Float(futureHeads.count))
    }
    return scored
  }

  public func predictions(_ output: ModelOutput, in graph: Graph) -> [(String, [Tensor])] {
    [("future_logits", futureHeads.map { graph.linear(output.hidden, $0) })]
  }

  public func lossWeight(_ slot: Int, step: Int) -> Float {
    switch slot {
    case 0: 1
    case 1: Float(unlikelihoodWeight)
    case 2: Float(-entropyWeight)
    default:
      Float(multiTokenWeight * min(max(Double(step - warmup) / Double(max(ramp, 1)), 0), 1))
    }
  }

  /// Whether windows are long enough for a head that looks further ahead.
  private func hasTargets(head: Int, time: Int) -> Bool { time - targetShift > head + 1 }

  public func isActive(_ parameter: Parameter, step: Int, time: Int) -> Bool {
    guard let head = futureHeads.firstIndex(of: parameter) else { return true }
    return lossWeight(3, step: step) != 0 && hasTargets(head: head, time: time)
  }
}
