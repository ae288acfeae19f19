import Testing

@testable import FlashShared

/// Losses and gradients of a step are means over all of its sequences, however these are cut into
/// groups and shared out to workers. AdamW would hide a factor.
@Suite struct GradientGroupTests {
  private struct Outcome {
    let loss: Double
    let gradients: [[Float]]
    let norm: Double

    init(_ fixture: StepFixture) {
      let trainer = fixture.trainer
      loss = trainer.computeGradients(fixture.batch)
      gradients = fixture.model.layout.parameters.map { trainer.gradient(of: $0) }
      norm = trainer.step(fixture.batch, learningRate: 0).gradientNorm
    }
  }

  private static let cuts: [(group: Int, workers: Int)] = [(2, 1), (1, 1), (4, 1), (2, 2), (6, 2)]

  /// Rows are multiplied in other tiles and added in another order: equal up to rounding.
  private func expectSame(_ directory: String, changes: JSONObject) throws {
    let whole = Outcome(try StepFixture(directory, changes: changes))
    let largest = whole.gradients.joined().reduce(0) { max($0, abs($1)) }
    #expect(largest > 0)
    for cut in Self.cuts {
      let fixture = try StepFixture(
        directory, groupSize: cut.group, workers: cut.workers, changes: changes)
      let parts = Outcome(fixture)
      #expect(abs(parts.loss - whole.loss) <= 1e-5 * abs(whole.loss), "\(directory) \(cut)")
      #expect(abs(parts.norm - whole.norm) <= 1e-4 * whole.norm, "\(directory) \(cut)")
      for (index, parameter) in fixture.model.layout.parameters.enumerated() {
        let scale = whole.gradients[index].reduce(1e-3 * largest) { max($0, abs($1)) }
        let difference = zip(parts.gradients[index], whole.gradients[index])
          .reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(difference <= 1e-3 * scale, "\(directory) \(cut): \(parameter.name)")
      }
    }
  }

  @Test(arguments: GoldenTests.soundDirectories) func groupsDoNotChangeTheGradient(
    _ directory: String
  ) throws {
    try expectSame(directory, changes: [:])
  }

  /// Draws belong to a sequence's place in the step, not to its place in a group: dropout in v5.2
  /// and v8, words as well in v7.5.
  @Test(arguments: ["v5.2", "v7.5", "v8"]) func groupsDoNotChangeTheDraws(
    _ directory: String
  ) throws {
    try expectSame(directory, changes: ["dropout": 0.3, "word_dropout_p": 0.3])
  }
}
