import Foundation

/// What the cells with the largest scores hold, mixed by the softmax of these scores.
///
///     i_1 … i_K = the K largest of s;   a = softmax(s_{i_1} … s_{i_K});   y = Σ_k a_k cells[i_k]
///     ds_{i_k} = a_k (da_k − Σ da ⊙ a),   da_k = dy·cells[i_k],   dcells[i_k] += a_k dy
///
/// s is [batch, time, cells], the cells are [cells, width], y is [batch, time, width].
struct CellRead: Operation {
  let scores: Tensor
  let cells: Parameter
  let output: Tensor
  /// [batch, time, K]: a, and the numbers of the cells.
  let shares: Tensor
  let chosen: Tensor

  var inputs: [Tensor] { [scores] }
  var outputs: [Tensor] { [output] }
  var auxiliaries: [Tensor] { [shares, chosen] }
  private var width: Int { output.width }
  private var count: Int { shares.width }
  var scratchCount: Int { count }

  func forward(_ run: Execution) {
    Kernel.selectLargest(
      run.value(scores), rows: scores.rows, width: scores.width, chosen: count,
      values: run.value(shares), places: run.value(chosen))
    Kernel.softmax(run.value(shares), run.value(shares), rows: scores.rows, width: count)
    for row in 0..<scores.rows {
      let a = run.value(shares) + row * count
      let places = run.value(chosen) + row * count
      let y = run.value(output) + row * width
      y.update(repeating: 0, count: width)
      for choice in 0..<count {
        Kernel.axpy(
          a[choice], run.value(cells) + Int(places[choice]) * width, y, count: width)
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, scores) else { return }
    if !accumulate { gradient.update(repeating: 0, count: scores.count) }
    let slopes = run.scratch
    for row in 0..<scores.rows {
      let a = run.value(shares) + row * count
      let places = run.value(chosen) + row * count
      let dy = run.gradient(output) + row * width
      for choice in 0..<count {
        let place = Int(places[choice]) * width
        slopes[choice] = Kernel.dot(dy, run.value(cells) + place, count: width)
        Kernel.axpy(a[choice], dy, run.gradient(cells) + place, count: width)
      }
      let mean = Kernel.dot(slopes, a, count: count)
      let ds = gradient + row * scores.width
      for choice in 0..<count { ds[Int(places[choice])] += a[choice] * (slopes[choice] - mean) }
    }
  }
}

extension Graph {
  /// The mixture of the `chosen` cells with the largest `scores`: [batch, time, cell width].
  func cellRead(_ scores: Tensor, cells: Parameter, chosen: Int) -> Tensor {
    precondition(cells.shape == [scores.width, cells.shape[1]], "\(cells.name): wrong count")
    precondition(0 < chosen && chosen <= scores.width, "more choices than cells")
    let output = tensor([batch, time, cells.shape[1]])
    record(
      CellRead(
        scores: scores, cells: cells, output: output, shares: tensor([batch, time, chosen]),
        chosen: tensor([batch, time, chosen])))
    return output
  }
}
