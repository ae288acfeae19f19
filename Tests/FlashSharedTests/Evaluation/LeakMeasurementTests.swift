import Foundation
import TestSupport
import Testing

@testable import FlashShared

@Suite struct LeakMeasurementTests {
  private let folder: TemporaryFolder
  private let pool = WorkerPool(count: 2)

  init() throws { folder = try TemporaryFolder() }

  /// v7.4 with random weights, large enough that its predictions differ.
  private func cortex(_ variant: Variant) throws -> (any LanguageModel, ParameterStore) {
    let model = try ModelRegistry.model(
      version: "v7.4",
      configuration: ModelConfiguration(
        [
          "vocab": 31, "d_model": 16, "n_layers": 2, "d_ff": 24, "n_heads": 2, "d_head": 8,
          "window_size": 6, "d_mem": 4,
        ], source: "test"),
      variant: variant)
    let store = ParameterStore(model.layout)
    store.initialize(seed: 3)
    for parameter in model.layout.parameters where parameter.shape.count == 2 {
      store.setValues(store.copyValues(of: parameter).map { $0 * 12 }, of: parameter)
    }
    return (model, store)
  }

  private func measure(_ variant: Variant, windows: Int = 3) throws -> LeakMeasurement {
    let shards = try EvaluationFixture.shards(folder.file("\(variant)"), lengths: [70, 30])
    let (model, store) = try cortex(variant)
    return try LeakMeasurement(
      model, store, shards: shards, options: .init(windows: windows, windowLength: 12), pool: pool)
  }

  @Test func aModelThatSeesTheFutureShowsAGap() throws {
    let leak = try measure(.published)
    #expect(leak.leaks)
    #expect(leak.form == .prefixes)
    #expect(leak.windows == 3)
    #expect(leak.tokens == 36)
    #expect(abs(leak.gap) > 1e-3)
    let error = try #require(leak.standardError)
    #expect(error > 0)
  }

  @Test func aCausalModelShowsNone() throws {
    let leak = try measure(.sound)
    #expect(!leak.leaks)
    #expect(leak.form == .incremental)
    #expect(abs(leak.gap) < 1e-4 * leak.teacherForcedLoss)
  }

  /// The prefix-only loss is that of the last position of a forward pass over each prefix.
  @Test func prefixesAreScoredByThemselves() throws {
    let shards = try EvaluationFixture.shards(folder.file("short"), lengths: [9])
    let (model, store) = try cortex(.published)
    let leak = try LeakMeasurement(
      model, store, shards: shards, options: .init(windows: 5, windowLength: 9), pool: pool)
    #expect(leak.windows == 1)
    #expect(leak.standardError == nil)
    let tokens = try shards.tokens(in: 0..<9)
    let lead = 1 + model.objective.targetShift
    // Before the first token lies end-of-text, as often as the model looks ahead.
    let stream = [Int32](repeating: 3, count: lead) + tokens
    var sum = 0.0
    for target in 0..<9 {
      let inputs = Array(stream[0...target])
      let logits = LogitGraph(model, store, mode: .evaluation, batch: 1, time: inputs.count)
        .logits(inputs).suffix(model.vocabularySize).map { Double($0) }
      let largest = logits.max() ?? 0
      sum +=
        log(logits.reduce(0) { $0 + exp($1 - largest) }) + largest - logits[Int(tokens[target])]
    }
    #expect(abs(leak.prefixLoss - sum / 9) < 1e-4 * leak.prefixLoss)
  }

  /// What two windows' worth of targets cost: the window in one pass, and each target after its
  /// prefix alone, in nats.
  private func naiveSums(
    _ model: any LanguageModel, _ store: ParameterStore, _ tokens: [Int32], begin: Int, length: Int,
    from first: Int
  ) -> (whole: Double, prefixes: Double) {
    let stream = [Int32](repeating: 3, count: 1 + model.objective.targetShift) + tokens
    let width = model.vocabularySize
    func loss(_ logits: ArraySlice<Float>, _ target: Int) -> Double {
      let logits = logits.map { Double($0) }
      return log(logits.reduce(0) { $0 + exp($1) }) - logits[Int(tokens[target])]
    }
    func logits(_ inputs: ArraySlice<Int32>) -> [Float] {
      LogitGraph(model, store, mode: .evaluation, batch: 1, time: inputs.count)
        .logits(Array(inputs))
    }
    let whole = logits(stream[begin..<begin + length])
    var sums = (whole: 0.0, prefixes: 0.0)
    for target in first..<begin + length {
      let place = target - begin
      sums.whole += loss(whole[(place * width)..<((place + 1) * width)], target)
      sums.prefixes += loss(logits(stream[begin...target]).suffix(width), target)
    }
    return sums
  }

  /// Windows lie spread over the whole set; the gap and its standard error are of these windows, in
  /// nats, and what prefixes cost more is positive.
  @Test func fewWindowsAreSpread() throws {
    let shards = try EvaluationFixture.shards(folder.file("shards"), lengths: [70, 30])
    let (model, store) = try cortex(.published)
    func measure(_ windows: Int) throws -> LeakMeasurement {
      try LeakMeasurement(
        model, store, shards: shards, options: .init(windows: windows, windowLength: 12),
        pool: pool)
    }
    let tokens = try shards.tokens(in: 0..<100)
    func check(
      _ leak: LeakMeasurement, _ windows: [(begin: Int, first: Int)],
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let sums = windows.map {
        naiveSums(model, store, tokens, begin: $0.begin, length: 12, from: $0.first)
      }
      let sizes = windows.map { Double($0.begin + 12 - $0.first) }
      let total = sizes.reduce(0, +)
      let gap = sums.reduce(0) { $0 + $1.prefixes - $1.whole } / total
      let squares = zip(sums, sizes).reduce(0.0) {
        $0 + pow($1.0.prefixes - $1.0.whole - gap * $1.1, 2)
      }
      let count = Double(windows.count)
      let error = (squares * count / (count - 1)).squareRoot() / total
      #expect(abs(gap) > 0.01 && error > 0.01, sourceLocation: sourceLocation)
      #expect(leak.tokens == Int(total), sourceLocation: sourceLocation)
      let whole = sums.reduce(0) { $0 + $1.whole } / total
      #expect(
        abs(leak.teacherForcedLoss - whole) < 1e-4 * whole, sourceLocation: sourceLocation)
      #expect(abs(leak.gap - gap) < 1e-4, "\(leak.gap), \(gap)", sourceLocation: sourceLocation)
      let printed = leak.json
      func isPrinted(_ name: String, _ value: Double) {
        let found = printed[name]?.doubleValue ?? .nan
        #expect(
          abs(found - value) < 1e-4, "\(name): \(found), not \(value)",
          sourceLocation: sourceLocation)
      }
      isPrinted("loss_gap", gap)
      isPrinted("loss_gap_standard_error", error)
      // Four characters a token.
      isPrinted("bits_per_character_gap", gap / log(2) / 4)
      isPrinted("teacher_forced_loss", leak.teacherForcedLoss)
      isPrinted("prefix_only_loss", leak.teacherForcedLoss + gap)
    }
    // There are nine windows; the last lies back and scores the four targets that are left.
    let few = try measure(3)
    #expect(few.windows == 3)
    try check(few, [(0, 0), (36, 36), (72, 72)])
    let all = try measure(100)
    #expect(all.windows == 9)
    try check(all, (0..<8).map { (12 * $0, 12 * $0) } + [(88, 96)])
  }
}
