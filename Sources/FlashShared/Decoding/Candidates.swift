import Foundation

/// The tokens that may come next and their logits, in the order of their ids.
///
/// A sampler changes logits and takes tokens away; whoever comes before the draw, such as a search
/// over a few of them, reads what is left.
public struct Candidates: Sendable {
  /// The ids, ascending.
  public private(set) var tokens: [Int32]
  /// The logit of each.
  public private(set) var logits: [Float]

  /// Room for a vocabulary; no candidates yet.
  public init(vocabularySize: Int) {
    tokens = []
    logits = []
    tokens.reserveCapacity(vocabularySize)
    logits.reserveCapacity(vocabularySize)
  }

  /// How many there are.
  public var count: Int { tokens.count }

  /// Starts again with all ids.
  public mutating func reset(_ all: some Collection<Float>) {
    logits.removeAll(keepingCapacity: true)
    logits.append(contentsOf: all)
    if tokens.count != logits.count {
      tokens.removeAll(keepingCapacity: true)
      tokens.append(contentsOf: 0..<Int32(logits.count))
    }
  }

  /// Changes each logit.
  mutating func map(_ change: (Int32, Float) -> Float) {
    for index in tokens.indices { logits[index] = change(tokens[index], logits[index]) }
  }

  /// Replaces a logit.
  mutating func setLogit(_ logit: Float, at index: Int) { logits[index] = logit }

  /// The place of a token, by bisection; nil if it is not among them.
  func index(of token: Int32) -> Int? {
    var low = 0
    var high = tokens.count
    while low < high {
      let middle = (low + high) / 2
      if tokens[middle] < token { low = middle + 1 } else { high = middle }
    }
    return low < tokens.count && tokens[low] == token ? low : nil
  }

  /// Takes away those that do not satisfy a condition on their index, token and logit.
  mutating func keep(where isKept: (Int, Int32, Float) -> Bool) {
    var kept = 0
    for index in tokens.indices where isKept(index, tokens[index], logits[index]) {
      tokens[kept] = tokens[index]
      logits[kept] = logits[index]
      kept += 1
    }
    tokens.removeLast(tokens.count - kept)
    logits.removeLast(logits.count - kept)
  }

  /// The largest logit; −∞ if there is none.
  public var largestLogit: Float {
    var largest = -Float.infinity
    for logit in logits where logit > largest { largest = logit }
    return largest
  }

  /// Replaces `probabilities` by the softmax of the logits.
  public func fill(_ probabilities: inout [Double]) {
    let scale = 1 / fillWeights(&probabilities)
    for index in probabilities.indices { probabilities[index] *= scale }
  }

  /// Replaces `weights` by probabilities up to a factor, and returns their sum.
  private func fillWeights(_ weights: inout [Double]) -> Double {
    weights.removeAll(keepingCapacity: true)
    let largest = largestLogit
    var total = 0.0
    for logit in logits {
      let weight = Double(exp(logit - largest))
      weights.append(weight)
      total += weight
    }
    return total
  }

  /// The logarithm of the sum of the logits' exponentials: a logit less this is a log-probability.
  ///
  /// - Parameter weights: scratch memory.
  func logSumExp(_ weights: inout [Double]) -> Double {
    Double(largestLogit) + log(fillWeights(&weights))
  }

  /// The candidate in whose share of the softmax a uniform number in [0, 1) falls, shares lying in
  /// the order of ids.
  ///
  /// - Parameter weights: scratch memory.
  public func draw(_ uniform: Double, _ weights: inout [Double]) -> Int32 {
    let place = uniform * fillWeights(&weights)
    var sum = 0.0
    var last = tokens[0]
    for index in weights.indices where weights[index] > 0 {
      sum += weights[index]
      last = tokens[index]
      if place < sum { break }
    }
    return last
  }

  /// The `rank`-th largest logit, counted from 1.
  ///
  /// - Parameter scratch: memory for a copy.
  func logit(ofRank rank: Int, _ scratch: inout [Float]) -> Float {
    scratch.removeAll(keepingCapacity: true)
    return rank < 128 && rank < count / 8
      ? lastOfLargest(rank, &scratch) : selected(rank, &scratch)
  }

  /// Keeps a sorted list of the largest: of many logits, few get into a short list.
  private func lastOfLargest(_ rank: Int, _ largest: inout [Float]) -> Float {
    largest.append(contentsOf: logits[..<rank])
    largest.sort(by: >)
    for logit in logits[rank...] where logit > largest[rank - 1] {
      var place = rank - 1
      while place > 0, largest[place - 1] < logit {
        largest[place] = largest[place - 1]
        place -= 1
      }
      largest[place] = logit
    }
    return largest[rank - 1]
  }

  /// Hoare's selection.
  private func selected(_ rank: Int, _ scratch: inout [Float]) -> Float {
    scratch.append(contentsOf: logits)
    var low = 0
    var high = scratch.count - 1
    let target = rank - 1
    while low < high {
      let pivot = scratch[(low + high) / 2]
      var left = low
      var right = high
      while left <= right {
        while scratch[left] > pivot { left += 1 }
        while scratch[right] < pivot { right -= 1 }
        if left <= right {
          scratch.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if target <= right {
        high = right
      } else if target >= left {
        low = left
      } else {
        break
      }
    }
    return scratch[target]
  }
}
