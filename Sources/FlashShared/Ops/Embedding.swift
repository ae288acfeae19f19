/// Looks up a row of a table for each input token.
///
///     output[b, t, :] = table[tokens[b, t], :]
///
/// `table` is [vocabulary, width]; the output is [batch, time, width]. Backward adds each row of the
/// output's gradient to the row of the table that it came from.
struct Embedding: Operation {
  let table: Parameter
  let output: Tensor
  /// What `WordDropout` made of the tokens; nil for the graph's own.
  let tokens: Tensor?

  var inputs: [Tensor] { [] }
  var outputs: [Tensor] { [output] }
  var auxiliaries: [Tensor] { tokens.map { [$0] } ?? [] }

  func forward(_ run: Execution) {
    Kernel.gather(
      run.value(table), tokens: run.seenTokens(tokens), run.value(output), count: output.rows,
      width: output.width)
  }

  func backward(_ run: Execution) {
    Kernel.scatterAdd(
      run.gradient(output), tokens: run.seenTokens(tokens), run.gradient(table), count: output.rows,
      width: output.width)
  }
}

extension Graph {
  /// The rows of `table` ([vocabulary, width]) for the graph's tokens, or for what word dropout
  /// made of them: [batch, time, width].
  func embedding(_ table: Parameter, tokens: Tensor? = nil) -> Tensor {
    let output = tensor([batch, time, table.shape[1]])
    record(Embedding(table: table, output: output, tokens: tokens))
    return output
  }
}
