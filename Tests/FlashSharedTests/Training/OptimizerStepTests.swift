import Testing

@testable import FlashShared

/// What AdamW does with whole parameters: groups, clipping, norms. The arithmetic of an update is
/// its kernel's, in AdamWTests.
@Suite struct OptimizerStepTests {
  private let store: ParameterStore
  private let gradients: FloatBuffer
  private let pool = WorkerPool(count: 2)

  init() {
    var layout = ParameterLayout()
    _ = layout.declare("block.weight", [3, 5], .constant(1))
    _ = layout.declare("block.bias", [7], .constant(1))
    _ = layout.declare("head.weight", [2, 4], .constant(1))
    store = ParameterStore(layout)
    store.initialize(seed: 1)
    gradients = FloatBuffer(count: layout.storageCount)
  }

  private func parameter(_ name: String) throws -> Parameter {
    try #require(store.layout[name])
  }

  @discardableResult
  private func step(
    _ optimizer: AdamW, rate: Double = 0.5, isActive: [Bool] = [true, true, true]
  ) -> Double {
    optimizer.step(gradients: [gradients], learningRate: rate, isActive: isActive, pool: pool)
  }

  /// One step without a gradient leaves the decay alone: 1 − rate · weight decay, exact in powers of
  /// two. `head.weight` matches both patterns, `block.bias` none.
  @Test func theFirstGroupThatMatchesSaysDecayAndRate() throws {
    let settings = AdamWSettings(
      weightDecay: 1,
      groups: [
        .init(pattern: "head.*", weightDecay: 0.5),
        .init(pattern: "*.weight", weightDecay: 0.25, learningRateScale: 0.5),
      ])
    #expect(step(AdamW(store, settings)) == 0)
    let factors: [(name: String, factor: Float)] = [
      ("head.weight", 1 - 0.5 * 0.5), ("block.weight", 1 - 0.25 * 0.25), ("block.bias", 1 - 0.5),
    ]
    for (name, factor) in factors {
      #expect(store.copyValues(of: try parameter(name)).allSatisfy { $0 == factor }, "\(name)")
    }
  }

  /// Gradients are multiplied with clip / (norm + 10⁻⁶), as by `torch.nn.utils.clip_grad_norm_`, and
  /// never made larger. The first moment shows the factor.
  @Test(
    arguments: [
      (1e-6, 1e-6, 0.5), (1e-3, 1e-3, 1 / 1.001), (1, 4, 0.25), (2e-3, 1e-3, 1), (nil, 50, 1),
    ] as [(Double?, Double, Double)])
  func clippingAddsAMillionthToTheNorm(clip: Double?, norm: Double, factor: Double) throws {
    let optimizer = AdamW(store, AdamWSettings(beta1: 0.5, clipNorm: clip))
    // 0.36 + 0.64 = 1: two parameters share the norm.
    let (first, second) = (try parameter("block.bias"), try parameter("head.weight"))
    gradients[first.range][2] = Float(0.6 * norm)
    gradients[second.range][5] = Float(-0.8 * norm)
    #expect(abs(step(optimizer) - norm) <= 1e-6 * norm)
    let places = [(first.range.lowerBound + 2, 0.6), (second.range.lowerBound + 5, -0.8)]
    for (place, gradient) in places {
      let expected = 0.5 * gradient * norm * factor
      let moment = Double(optimizer.firstMoments.pointer[place])
      #expect(abs(moment - expected) <= 1e-6 * abs(expected))
    }
  }

  @Test(arguments: [Float.infinity, -.infinity, .nan])
  func nothingIsUpdatedByAGradientThatIsNotFinite(value: Float) throws {
    let optimizer = AdamW(store, AdamWSettings())
    gradients[0..<gradients.count].update(repeating: 0.25)
    step(optimizer)
    func bits() -> [[UInt32]] {
      [store.values, optimizer.firstMoments, optimizer.secondMoments].map {
        $0[0..<$0.count].map(\.bitPattern)
      }
    }
    let before = bits()
    gradients[try parameter("block.bias").range][6] = value
    #expect(!step(optimizer).isFinite)
    #expect(bits() == before)
    #expect(optimizer.updateCounts == [1, 1, 1])
  }

  @Test func whatIsInactiveIsNeitherUpdatedNorCountedNorPartOfTheNorm() throws {
    let optimizer = AdamW(store, AdamWSettings(weightDecay: 0.5))
    for name in ["block.weight", "block.bias"] {
      gradients[try parameter(name).range][0] = 3
    }
    gradients[try parameter("head.weight").range][1] = 4
    #expect(step(optimizer, isActive: [true, false, true]) == 5)
    #expect(optimizer.updateCounts == [1, 0, 1])
    let resting = try parameter("block.bias")
    #expect(store.copyValues(of: resting).allSatisfy { $0 == 1 })
    #expect(optimizer.firstMoments[resting.range].allSatisfy { $0 == 0 })
    #expect(optimizer.secondMoments[resting.range].allSatisfy { $0 == 0 })
    #expect(store.copyValues(of: try parameter("head.weight")).allSatisfy { $0 < 1 })
  }
}
