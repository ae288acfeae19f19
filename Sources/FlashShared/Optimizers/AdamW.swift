import Foundation

/// The settings of AdamW (Loshchilov and Hutter, arXiv:1711.05101).
public struct AdamWSettings: Sendable, Equatable {
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double
  /// Decoupled weight decay.
  public var weightDecay: Double
  /// Gradients are scaled down to this global norm; nil for no clipping.
  public var clipNorm: Double?
  /// Groups whose settings differ: the first whose pattern matches a parameter's name counts.
  public var groups: [ParameterGroup]

  public init(
    beta1: Double = 0.9, beta2: Double = 0.95, epsilon: Double = 1e-8, weightDecay: Double = 0.01,
    clipNorm: Double? = 1, groups: [ParameterGroup] = []
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.clipNorm = clipNorm
    self.groups = groups
  }

  /// Parameters with settings of their own.
  public struct ParameterGroup: Sendable, Equatable {
    /// What a parameter's name begins with or ends with; `*` stands for any characters.
    public var pattern: String
    public var weightDecay: Double
    /// A factor of the learning rate.
    public var learningRateScale: Double

    public init(pattern: String, weightDecay: Double, learningRateScale: Double = 1) {
      self.pattern = pattern
      self.weightDecay = weightDecay
      self.learningRateScale = learningRateScale
    }
  }
}

/// AdamW over all parameters of a store.
///
/// A parameter that is inactive in a step (its loss terms are off) is not touched at all: no decay,
/// no count, as if its gradient were absent.
final class AdamW {
  let settings: AdamWSettings
  let firstMoments: FloatBuffer
  let secondMoments: FloatBuffer
  /// Updates of each parameter so far.
  private(set) var updateCounts: [Int]
  private let work: ParameterUpdate

  init(_ store: ParameterStore, _ settings: AdamWSettings) {
    self.settings = settings
    firstMoments = FloatBuffer(count: store.layout.storageCount)
    secondMoments = FloatBuffer(count: store.layout.storageCount)
    updateCounts = store.layout.parameters.map { _ in 0 }
    work = ParameterUpdate(store, settings, firstMoments, secondMoments)
  }

  /// Adds up the workers' gradients in worker order, clips, and updates the parameters.
  ///
  /// Nothing is updated if the norm is not finite.
  ///
  /// - Parameters:
  ///   - gradients: one buffer a worker; the first holds the sum afterwards.
  ///   - isActive: by parameter; false leaves a parameter alone.
  /// - Returns: the global norm of the gradients before clipping.
  func step(
    gradients: [FloatBuffer], learningRate: Double, isActive: [Bool], pool: WorkerPool
  ) -> Double {
    let work = self.work
    work.gradients = gradients
    work.isActive = isActive
    work.learningRate = learningRate
    work.workers = pool.count
    work.phase = .summing
    pool.run(work)
    let norm = work.sumOfSquares.squareRoot()
    guard norm.isFinite else { return norm }
    for index in updateCounts.indices where isActive[index] {
      updateCounts[index] += 1
      work.updateCounts[index] = updateCounts[index]
    }
    work.gradientScale = settings.clipNorm.map { Float(min(1, $0 / (norm + 1e-6))) } ?? 1
    work.phase = .updating
    pool.run(work)
    // So that the caller alone holds its array and may change it in place.
    work.isActive = []
    return norm
  }

  /// Continues from a checkpoint.
  func restore(updateCounts: [Int]) {
    precondition(updateCounts.count == self.updateCounts.count, "another model's counts")
    self.updateCounts = updateCounts
  }

  /// Whether a name matches a pattern in which `*` stands for any characters.
  static func matches(_ pattern: String, _ name: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return pattern == name }
    guard name.hasPrefix(parts[0]), name.dropFirst(parts[0].count).hasSuffix(parts[parts.count - 1])
    else { return false }
    var rest = name.dropFirst(parts[0].count).dropLast(parts[parts.count - 1].count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }
}
