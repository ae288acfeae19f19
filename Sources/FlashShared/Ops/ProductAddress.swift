/// A sparse address in a memory whose slots are all combinations of one choice from each group.
///
///     s^g = softmax of group g of x;   ω[i, j, …] = s⁰_i s¹_j …
///     the K largest ω, divided by (their sum S + 1e-8), are the weights; gradients flow through them
///     dω = (dτ − Σ dτ ⊙ τ)/(S + 1e-8), and to each factor of ω the product of the others
///
/// x is [batch, time, groups · size], weights and slots are [batch, time, K]; a slot is a number in
/// base `size`, group 0 first. The softmax is written over x, so nothing else may read it.
///
/// Of sorted groups, a combination whose ranks (from 1) have a product above K has K larger ones, so
/// that few of the size^groups combinations need a look: 38 of 512 for three groups and K = 8.
struct ProductAddress: Operation {
  let logits: Tensor
  let shape: ProductAddressShape
  let weights: Tensor
  let slots: Tensor
  /// The ranks from 0 of the combinations that can be among the K largest, `groups` for each.
  let candidates: [Int]

  var inputs: [Tensor] { [logits] }
  var outputs: [Tensor] { [weights] }
  var auxiliaries: [Tensor] { [slots] }
  var retained: [Tensor] { [logits, weights] }
  var overwritten: [Tensor] { [logits] }
  private var groups: Int { shape.groups }
  private var size: Int { shape.size }
  private var candidateCount: Int { candidates.count / groups }
  /// Each group's choices from the most probable on, and the candidates' weights; or the gradient of
  /// the softmax.
  var scratchCount: Int { groups * size + candidateCount }
  private static let epsilon: Float = 1e-8

  func forward(_ run: Execution) {
    let shares = run.value(logits)
    Kernel.softmax(shares, shares, rows: logits.rows * groups, width: size)
    let order = run.scratch
    let products = order + groups * size
    for row in 0..<logits.rows {
      let s = shares + row * logits.width
      for group in 0..<groups { sort(s + group * size, order + group * size) }
      for candidate in 0..<candidateCount {
        var product: Float = 1
        for group in 0..<groups {
          let rank = candidates[candidate * groups + group]
          product *= s[group * size + Int(order[group * size + rank])]
        }
        products[candidate] = product
      }
      let tau = run.value(weights) + row * shape.chosen
      let pi = run.value(slots) + row * shape.chosen
      var sum: Float = 0
      for choice in 0..<shape.chosen {
        let best = Kernel.indexOfLargest(products, count: candidateCount)
        var slot = 0
        for group in 0..<groups {
          let rank = candidates[best * groups + group]
          slot = slot * size + Int(order[group * size + rank])
        }
        tau[choice] = products[best]
        pi[choice] = Float(slot)
        sum += products[best]
        products[best] = -1
      }
      Kernel.scale(tau, by: 1 / (sum + Self.epsilon), tau, count: shape.chosen)
    }
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, logits) else { return }
    precondition(!accumulate, "only the address reads its projection")
    let slopes = run.scratch
    for row in 0..<logits.rows {
      let s = run.value(logits) + row * logits.width
      let tau = run.value(weights) + row * shape.chosen
      let dTau = run.gradient(weights) + row * shape.chosen
      let pi = run.value(slots) + row * shape.chosen
      var sum: Float = 0
      for choice in 0..<shape.chosen { sum += product(s, slot: Int(pi[choice]), without: -1) }
      let inverse = 1 / (sum + Self.epsilon)
      let mean = Kernel.dot(dTau, tau, count: shape.chosen)
      slopes.update(repeating: 0, count: groups * size)
      for choice in 0..<shape.chosen {
        let slope = (dTau[choice] - mean) * inverse
        let slot = Int(pi[choice])
        var rest = slot
        for group in stride(from: groups - 1, through: 0, by: -1) {
          slopes[group * size + rest % size] += slope * product(s, slot: slot, without: group)
          rest /= size
        }
      }
      Kernel.softmaxGradient(
        slopes, output: s, gradient + row * logits.width, accumulate: false, rows: groups,
        width: size)
    }
  }

  /// The product of a slot's shares but for that of one group.
  @inline(__always)
  private func product(_ shares: UnsafePointer<Float>, slot: Int, without left: Int) -> Float {
    var result: Float = 1
    var rest = slot
    for group in stride(from: groups - 1, through: 0, by: -1) {
      if group != left { result *= shares[group * size + rest % size] }
      rest /= size
    }
    return result
  }

  /// The indices of a group's numbers from the largest on.
  @inline(__always)
  private func sort(_ numbers: UnsafePointer<Float>, _ order: UnsafeMutablePointer<Float>) {
    for index in 0..<size {
      var place = index
      while place > 0, numbers[Int(order[place - 1])] < numbers[index] {
        order[place] = order[place - 1]
        place -= 1
      }
      order[place] = Float(index)
    }
  }
}

/// How a product address is made.
public struct ProductAddressShape: Sendable, Equatable {
  /// Independent choices.
  public let groups: Int
  /// What each chooses among.
  public let size: Int
  /// K: how many combinations are kept.
  public let chosen: Int

  /// All combinations: size to the power of groups.
  public var slots: Int { (0..<groups).reduce(1) { count, _ in count * size } }

  /// The ranks from 0 of all combinations whose ranks from 1 have a product of at most K.
  var candidates: [Int] {
    var found: [[Int]] = [[]]
    for _ in 0..<groups {
      found = found.flatMap { (ranks: [Int]) -> [[Int]] in
        let product: Int = ranks.reduce(1) { $0 * ($1 + 1) }
        let next = (0..<size).prefix { product * ($0 + 1) <= chosen }
        return next.map { ranks + [$0] }
      }
    }
    return found.flatMap { $0 }
  }
}

extension Graph {
  /// The largest combinations of `logits`, [batch, time, groups · size]: their weights and slots,
  /// [batch, time, K] each.
  ///
  /// The graph owns the logits from here on: they are changed in place.
  func productAddress(
    _ logits: Tensor, _ shape: ProductAddressShape
  ) -> (weights: Tensor, slots: Tensor) {
    precondition(logits.width == shape.groups * shape.size, "not an address")
    precondition(shape.chosen <= shape.slots, "more choices than slots")
    let weights = tensor([batch, time, shape.chosen])
    let slots = tensor([batch, time, shape.chosen])
    record(
      ProductAddress(
        logits: logits, shape: shape, weights: weights, slots: slots,
        candidates: shape.candidates))
    return (weights, slots)
  }
}
