import Testing

@testable import FlashShared

/// One operation under test: how it is recorded, and what it computes, written naively in float64.
///
/// The check runs the operation in a training graph on random numbers and compares its outputs with
/// the oracle's, then its gradients with central finite differences of the oracle in float64.
struct OperationCheck: Sendable, CustomTestStringConvertible {
  /// The type's name, as in `Sources/FlashShared/Ops`.
  let operation: String
  /// What is special about this case.
  var label = ""
  var batch = 2
  var time = 5
  /// The shapes of the tensors that it reads.
  var inputs: [[Int]]
  /// The shapes of the parameters that it reads.
  var parameters: [[Int]] = []
  /// Random numbers are uniform in this range.
  var range: ClosedRange<Double> = -1...1
  /// The largest token id plus one, where tokens or targets are read.
  var vocabularySize = 7
  /// Of outputs and gradients, relative to the largest.
  var tolerance = 2e-5
  /// Records the operation; the outputs, in the oracle's order. Losses give none.
  let record: @Sendable (Graph, [Tensor], [Parameter]) -> [Tensor]
  /// The outputs from inputs and parameters, each in row order; a loss gives its sum alone.
  let oracle: @Sendable (Arguments) -> [[Double]]

  /// What an oracle computes from.
  struct Arguments {
    var inputs: [[Double]]
    var parameters: [[Double]]
    let tokens: [Int]
    let targets: [Int]
    let context: StepContext
  }

  var testDescription: String { label.isEmpty ? operation : "\(operation), \(label)" }
}

/// A tensor whose numbers are set by a test.
private struct Source: Operation {
  let parameter: Parameter
  let output: Tensor
  var inputs: [Tensor] { [] }
  var outputs: [Tensor] { [output] }
  func forward(_ run: Execution) {
    run.value(output).update(from: run.value(parameter), count: output.count)
  }
  func backward(_ run: Execution) {
    Kernel.add(
      run.gradient(parameter), run.gradient(output), run.gradient(parameter), count: output.count)
  }
}

/// The loss Σ cotangent ⊙ input, which feeds a given gradient to an operation under test.
private struct Cotangent: Operation {
  let input: Tensor
  let numbers: [Float]
  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [] }
  var isLoss: Bool { true }
  func forward(_ run: Execution) {}
  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, input) else { return }
    for index in numbers.indices {
      gradient[index] = numbers[index] + (accumulate ? gradient[index] : 0)
    }
  }
}

extension OperationCheck {
  /// Operations leave their inputs alone, but for those that they declare.
  private func checkOverwriting(
    _ store: ParameterStore, _ sources: [Parameter], _ weights: [Parameter], like other: Graph
  ) {
    let graph = Graph(store, mode: .training, batch: batch, time: time)
    graph.context = other.context
    _ = graph.tokens.update(fromContentsOf: other.tokens)
    _ = graph.targets.update(fromContentsOf: other.targets)
    let tensors = sources.map { parameter in
      let output = graph.tensor(parameter.shape)
      graph.record(Source(parameter: parameter, output: output))
      return output
    }
    for output in record(graph, tensors, weights) { graph.keep(output) }
    let declared = Set(graph.operations.flatMap(\.overwritten).map(\.index))
    let untouched = zip(sources, tensors).filter { !declared.contains($1.index) }
    for (_, tensor) in untouched { graph.keep(tensor) }
    // Fused losses compute gradients on their way forward.
    graph.forwardAndBackward(addingTo: FloatBuffer(count: store.layout.storageCount))
    for (source, tensor) in untouched {
      #expect(
        Array(graph.values(of: tensor)) == store.copyValues(of: source),
        "\(operation): writes over an input without declaring it")
    }
  }

  func run() {
    var layout = ParameterLayout()
    let sources = inputs.enumerated().map {
      layout.declare("input.\($0)", $1, .constant(0))
    }
    let weights = parameters.enumerated().map {
      layout.declare("parameter.\($0)", $1, .constant(0))
    }
    let store = ParameterStore(layout)
    let stream = RandomStream(seed: 11, purpose: .evaluation)
    for parameter in layout.parameters {
      let numbers = (0..<parameter.count).map { index in
        let uniform = stream.narrowed(by: UInt64(parameter.index)).uniform(at: UInt64(index))
        return Float(range.lowerBound + (range.upperBound - range.lowerBound) * uniform)
      }
      store.setValues(numbers, of: parameter)
    }

    let graph = Graph(store, mode: .training, batch: batch, time: time)
    graph.context.seed = 3
    graph.context.step = 5
    graph.context.sequencesPerStep = batch
    graph.context.lossWeights[0] = 0.75
    for index in graph.tokens.indices {
      graph.tokens[index] = Int32(
        stream.integer(at: UInt64(1000 + index), below: UInt64(vocabularySize)))
      graph.targets[index] =
        index % 4 == 3
        ? -1 : Int32(stream.integer(at: UInt64(2000 + index), below: UInt64(vocabularySize)))
    }
    let tensors = sources.map { parameter in
      let output = graph.tensor(parameter.shape)
      graph.record(Source(parameter: parameter, output: output))
      return output
    }
    let outputs = record(graph, tensors, weights)
    checkOverwriting(store, sources, weights, like: graph)
    let cotangents = outputs.enumerated().map { position, output in
      (0..<output.count).map { index in
        Float(2 * stream.uniform(at: UInt64(1_000_000 * (position + 1) + index)) - 1)
      }
    }
    for (output, numbers) in zip(outputs, cotangents) {
      graph.keep(output)
      graph.record(Cotangent(input: output, numbers: numbers))
    }
    let gradients = FloatBuffer(count: layout.storageCount)
    // Twice, so that nothing depends on memory being clean.
    graph.forwardAndBackward(addingTo: gradients)
    gradients.clear()
    graph.forwardAndBackward(addingTo: gradients)

    var arguments = Arguments(
      inputs: sources.map { store.copyValues(of: $0).map(Double.init) },
      parameters: weights.map { store.copyValues(of: $0).map(Double.init) },
      tokens: graph.tokens.map(Int.init), targets: graph.targets.map(Int.init),
      context: graph.context)
    let expected = oracle(arguments)
    if outputs.isEmpty {
      let loss = graph.lossNames.indices.reduce(0) {
        $0 + graph.loss($1) * Double(graph.context.lossWeights[$1])
      }
      compare([loss / Double(batch)], expected[0], "the loss")
    } else {
      for (position, output) in outputs.enumerated() {
        compare(graph.values(of: output).map(Double.init), expected[position], "output \(position)")
      }
    }

    /// The scalar whose gradient is wanted.
    func objective(_ arguments: Arguments) -> Double {
      let results = oracle(arguments)
      guard !outputs.isEmpty else { return results[0][0] }
      return zip(results, cotangents).reduce(0) { sum, pair in
        sum + zip(pair.0, pair.1).reduce(0) { $0 + $1.0 * Double($1.1) }
      }
    }
    let step = 1e-5
    func differences(_ place: WritableKeyPath<Arguments, [Double]>) -> [Double] {
      arguments[keyPath: place].indices.map { index in
        let center = arguments[keyPath: place][index]
        arguments[keyPath: place][index] = center + step
        let above = objective(arguments)
        arguments[keyPath: place][index] = center - step
        let below = objective(arguments)
        arguments[keyPath: place][index] = center
        return (above - below) / (2 * step)
      }
    }
    for (position, parameter) in sources.enumerated() {
      compare(
        gradients[parameter.range].map(Double.init), differences(\.inputs[position]),
        "the gradient of input \(position)")
    }
    for (position, parameter) in weights.enumerated() {
      compare(
        gradients[parameter.range].map(Double.init), differences(\.parameters[position]),
        "the gradient of parameter \(position)")
    }
  }

  private func compare(_ actual: [Double], _ expected: [Double], _ what: String) {
    #expect(actual.count == expected.count, "\(testDescription): \(what)")
    let scale = max(expected.reduce(0) { max($0, abs($1)) }, 1e-3)
    let largest = zip(actual, expected).reduce(0.0) { max($0, abs($1.0 - $1.1)) }
    #expect(largest <= tolerance * scale, "\(testDescription): \(what) is off by \(largest)")
  }
}
