import Testing

@testable import FlashShared

/// A graph in which an operation writes over what something else reads afterwards is refused.
@Suite struct OverwrittenTensorsTests {
  private struct Step: Operation {
    var inputs: [Tensor] = []
    var outputs: [Tensor] = []
    var auxiliaries: [Tensor] = []
    var retained: [Tensor] = []
    var overwritten: [Tensor] = []
    func forward(_ run: Execution) {}
    func backward(_ run: Execution) {}
  }

  private let x = Tensor(index: 0, shape: [2])
  private let y = Tensor(index: 1, shape: [2])
  private let z = Tensor(index: 2, shape: [2])

  private func conflict(
    _ operations: [Step], kept: Set<Int> = [], withGradients: Bool = true
  ) -> String? {
    OverwrittenTensors(operations, kept: kept, withGradients: withGradients).conflict
  }

  private var overwriting: Step {
    Step(inputs: [x], outputs: [y], retained: [x], overwritten: [x])
  }

  @Test func aReaderBehindItIsRefused() {
    #expect(conflict([overwriting, Step(inputs: [y], outputs: [z])]) == nil)
    let wrong = conflict([overwriting, Step(inputs: [x], outputs: [z])])
    #expect(wrong == "Step writes over its input, which Step reads afterwards")
    #expect(conflict([overwriting, Step(auxiliaries: [x])]) != nil)
  }

  /// One before it read what it needed, unless its backward pass reads it again.
  @Test func aReaderBeforeItIsRefusedIfItRetainsIt() {
    let plain = Step(inputs: [x], outputs: [z])
    let retaining = Step(inputs: [x], outputs: [z], retained: [x])
    #expect(conflict([plain, overwriting]) == nil)
    #expect(conflict([retaining, overwriting]) != nil)
    #expect(conflict([retaining, overwriting], withGradients: false) == nil)
    #expect(conflict([Step(outputs: [x], retained: [x]), overwriting]) != nil)
  }

  @Test func aKeptTensorIsRefused() {
    #expect(conflict([overwriting], kept: [1]) == nil)
    #expect(
      conflict([overwriting], kept: [0]) == "Step writes over its input, which is kept to be read")
  }

  /// The plan asks before it lays a graph out.
  @Test func aGraphIsRefused() async {
    await #expect(processExitsWith: .failure) {
      var layout = ParameterLayout()
      let weights = layout.declare("w", [1, 4, 24], .constant(1))
      let graph = Graph(ParameterStore(layout), mode: .evaluation, batch: 1, time: 4)
      let projected = graph.tensor(of: weights)
      let shape = AttentionShape(heads: 1, headWidth: 8)
      _ = graph.causalAttention(projected, shape, rotary: RotaryTable(headWidth: 8), dropout: 0)
      _ = graph.add(projected, projected)
      graph.forward()
    }
  }
}
