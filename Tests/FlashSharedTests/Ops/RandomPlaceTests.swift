import Testing

@testable import FlashShared

/// What is dropped is drawn anew for every place in the model, step, seed and sequence, and is the
/// same for a sequence in whatever group it is.
@Suite struct RandomPlaceTests {
  /// Where a graph of some sequences stands.
  private struct Place: Equatable {
    var sequences = 4
    var first = 0
    var step = 3
    var seed: UInt64 = 1
  }

  /// The places that differ in one thing from the first.
  private static let others = [Place(step: 4), Place(seed: 2), Place(first: 4)]

  private static let width = 48

  /// Records what is to be looked at into a graph over embeddings, the same ones in all sequences,
  /// and returns the bits of the results by sequence.
  private func results(
    _ place: Place, _ record: (Graph, Tensor) -> [Tensor]
  ) -> [[[UInt32]]] {
    var layout = ParameterLayout()
    let table = layout.declare(
      "table", [5, Self.width], .shiftedNormal(mean: 3, standardDeviation: 0.5))
    let store = ParameterStore(layout)
    store.initialize(seed: 1)
    let graph = Graph(store, mode: .training, batch: place.sequences, time: 5)
    for index in graph.tokens.indices { graph.tokens[index] = Int32(index % 5) }
    graph.context.step = place.step
    graph.context.seed = place.seed
    graph.context.firstSequence = place.first
    let tensors = record(graph, graph.embedding(table))
    for tensor in tensors { graph.keep(tensor) }
    graph.forward()
    return tensors.map { tensor in
      let bits = graph.values(of: tensor).map(\.bitPattern)
      let count = bits.count / place.sequences
      return (0..<place.sequences).map { Array(bits[$0 * count..<($0 + 1) * count]) }
    }
  }

  private func expectOwnDraws(_ record: (Graph, Tensor) -> [Tensor]) {
    let whole = results(Place(), record)
    #expect(results(Place(), record) == whole)
    // Each sequence at each place of the model, and of each other step, seed and group.
    let all = whole + Self.others.flatMap { results($0, record) }
    #expect(Set(all.joined()).count == all.count * Place().sequences)
    let parts = [0, 2].map { results(Place(sequences: 2, first: $0), record) }
    #expect(zip(parts[0], parts[1]).map(+) == whole)
  }

  @Test func dropout() {
    expectOwnDraws { graph, input in
      (0..<3).map { _ in graph.dropout(input, probability: 0.5) }
    }
  }

  /// The rotation is done in place: each attention has a projection of its own.
  @Test func attention() {
    let shape = AttentionShape(heads: 2, headWidth: Self.width / 6)
    expectOwnDraws { graph, input in
      (0..<3).map { _ in
        graph.causalAttention(graph.scale(input, by: 1), shape, dropout: 0.5)
      }
    }
    expectOwnDraws { graph, input in
      (0..<3).map { _ in
        graph.cappedAttention(graph.scale(input, by: 1), shape, cap: 10, dropout: 0.5)
      }
    }
  }

  /// A model has one word dropout, before its first layer.
  @Test func wordDropout() {
    func seen(_ place: Place) -> [[UInt32]] {
      results(place) { graph, _ in
        [graph.wordDropout(probability: 0.5, replacement: 7)].compactMap { $0 }
      }.first ?? []
    }
    let whole = seen(Place(sequences: 40))
    #expect(Set(whole.joined()) == [0, 1, 2, 3, 4, 7])
    #expect(seen(Place(sequences: 20)) + seen(Place(sequences: 20, first: 20)) == whole)
    for other in Self.others {
      var place = other
      place.sequences = 40
      #expect(seen(place) != whole)
    }
    // Each sequence has one of 32 patterns: many different ones are there.
    #expect(Set(whole).count > 12)
  }

  /// No two operations of a model draw at the same place.
  @Test(arguments: GoldenTests.soundDirectories) func everyOperationHasAPlaceOfItsOwn(
    _ directory: String
  ) throws {
    let fixture = try StepFixture(directory, changes: ["dropout": 0.1])
    let graph = Graph(fixture.trainer.store, mode: .training, batch: 1, time: fixture.batch.time)
    _ = fixture.model.objective.record(fixture.model(graph), in: graph)
    let sites = graph.operations.compactMap { operation in
      (operation as? Dropout)?.site ?? (operation as? CausalAttention)?.site
        ?? (operation as? CappedAttention)?.site
    }
    #expect(Set(sites).count == sites.count)
    // The embedding, and attention and feed-forward of two blocks.
    if directory == "v5.2" { #expect(sites.count == 5) }
  }
}
