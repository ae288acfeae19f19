/// Sums over scored tokens, and how much they vary from cluster to cluster.
///
/// Tokens of one document are not independent, so standard errors are those of a ratio estimate
/// over clusters (documents, or windows where there is but one document): with each cluster's loss
/// L and size N and the ratio R = ΣL / ΣN,
///
///     se(R)² = n/(n − 1) · Σ (L − R N)² / (ΣN)²
struct ScoreTotals {
  private(set) var loss = 0.0
  private(set) var hits = 0
  private(set) var tokens = 0
  /// Per finished cluster: its loss, its tokens and its characters.
  private var clusters = RatioSums()
  private var characterClusters = RatioSums()
  private var clusterLoss = 0.0
  private var clusterTokens = 0

  /// Clusters that have been finished.
  var clusterCount: Int { clusters.count }

  mutating func add(loss: Float, isHit: Bool) {
    self.loss += Double(loss)
    clusterLoss += Double(loss)
    tokens += 1
    clusterTokens += 1
    if isHit { hits += 1 }
  }

  /// Ends the cluster of all tokens since the last one ended.
  mutating func endCluster(characters: Int?) {
    guard clusterTokens > 0 else { return }
    clusters.add(clusterLoss, Double(clusterTokens))
    if let characters { characterClusters.add(clusterLoss, Double(characters)) }
    clusterLoss = 0
    clusterTokens = 0
  }

  /// The standard error of the loss per token; nil for fewer than two clusters.
  var standardError: Double? { clusters.standardError }
  /// The standard error of the loss per character; nil where characters are not known.
  var standardErrorPerCharacter: Double? {
    characterClusters.count == clusters.count ? characterClusters.standardError : nil
  }
}

/// Sums for the ratio ΣL / ΣN of clusters.
private struct RatioSums {
  private(set) var count = 0
  private var loss = 0.0
  private var size = 0.0
  private var lossSquares = 0.0
  private var products = 0.0
  private var sizeSquares = 0.0

  mutating func add(_ loss: Double, _ size: Double) {
    count += 1
    self.loss += loss
    self.size += size
    lossSquares += loss * loss
    products += loss * size
    sizeSquares += size * size
  }

  var standardError: Double? {
    guard count > 1, size > 0 else { return nil }
    let ratio = loss / size
    let residuals = lossSquares - 2 * ratio * products + ratio * ratio * sizeSquares
    return (max(0, residuals) * Double(count) / Double(count - 1)).squareRoot() / size
  }
}
