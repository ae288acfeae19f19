// Measures every kernel on one core at the shapes of v5.2. Usage: kernel-benchmark [NAME-PART]
import FlashShared

// One micro-batch of one worker: 4 sequences of 128 tokens.
let rows = 512
let width = 256
let vocabulary = 4096

for (input, output) in [(256, 768), (256, 1024), (512, 256), (256, 256), (256, vocabulary)] {
  for rows in [128, 256, 512, 1024] {
    let x = operand(rows * input)
    let w = operand(input * output)
    let y = operand(rows * output)
    let operations = Work.operations(2 * rows * input * output)
    let shape = "\(rows)×\(input)→\(output)"
    measure("linear \(shape)", operations) {
      Kernel.linear(x, w, y, rows: rows, inputWidth: input, outputWidth: output)
    }
    measure("linearInputGradient \(shape)", operations) {
      Kernel.linearInputGradient(y, w, x, rows: rows, inputWidth: input, outputWidth: output)
    }
    measure("linearWeightGradient \(shape)", operations) {
      Kernel.linearWeightGradient(y, x, w, rows: rows, inputWidth: input, outputWidth: output)
    }
    let packed = operand(PackedWeight.count(inputWidth: input, outputWidth: output))
    let weight = PackedWeight(memory: packed, inputWidth: input, outputWidth: output)
    measure("pack \(input)→\(output)", .elements(2 * input * output)) { weight.pack(w) }
    measure("packed linear \(shape)", operations) { Kernel.linear(x, weight, y, rows: rows) }
    measure("packed linearInputGradient \(shape)", operations) {
      Kernel.linearInputGradient(y, weight, x, rows: rows)
    }
    for memory in [x, w, y, packed] { memory.deallocate() }
  }
}

for (input, output) in [(256, 4096), (256, 768), (256, 1024), (512, 256), (256, 256)] {
  let x = operand(input)
  let w = operand(input * output)
  let y = operand(output)
  measure("matrixVector \(output)×\(input)", .bytes(4 * input * output)) {
    Kernel.linear(x, w, y, rows: 1, inputWidth: input, outputWidth: output)
  }
  measure("vectorMatrix \(output)×\(input)", .bytes(4 * input * output)) {
    Kernel.linearInputGradient(y, w, x, rows: 1, inputWidth: input, outputWidth: output)
  }
}

// The routing scores of v9.0 for one token: as floats, and by XNOR and population count.
do {
  let (rows, columns) = (128, 128)
  let x = operand(columns)
  let w = operand(rows * columns)
  let y = operand(rows)
  for i in 0..<rows * columns { w[i] = [-0.02, 0, 0.02][i % 7 % 3] }
  let words = UnsafeMutablePointer<UInt64>.allocate(
    capacity: Kernel.packedPatternWordCount(rows: rows, columns: columns))
  let bits = UnsafeMutablePointer<UInt64>.allocate(
    capacity: Kernel.patternPlaneWordCount(columns: columns))
  let scale = Double(Kernel.packPatterns(w, words, rows: rows, columns: columns))
  measure("routing scores, floats \(rows)×\(columns)", .elements(rows * columns)) {
    Kernel.linear(x, w, y, rows: 1, inputWidth: columns, outputWidth: rows)
  }
  measure("routing scores, packed bits \(rows)×\(columns)", .elements(rows * columns)) {
    let unit = Kernel.patternPlanes(of: x, bits, columns: columns)
    Kernel.packedPatternScores(
      words, bits, scale: scale * unit, y, rows: rows, columns: columns)
  }
}

for (time, window) in [(128, nil), (256, nil), (256, 64), (512, nil)] as [(Int, Int?)] {
  let heads = 4
  let headWidth = 64
  let x = operand(time * 3 * width)
  let dx = operand(time * 3 * width)
  let y = operand(time * width)
  let dy = operand(time * width)
  let logSumExp = operand(heads * time)
  let scratch = operand(
    Kernel.attentionScratchCount(time: time, heads: heads, headWidth: headWidth))
  let visible = (0..<time).reduce(0) { $0 + min($1 + 1, window ?? time) }
  let mask = DropoutMask(
    stream: RandomStream(seed: 1, purpose: .dropout), probability: 0.1)
  for dropout in [nil, mask] {
    let shape =
      "time \(time)" + (window.map { " window \($0)" } ?? "") + (dropout == nil ? "" : " dropout")
    measure("attention \(shape)", .operations(4 * visible * width)) {
      Kernel.attention(
        queries: x, keys: x + width, values: x + 2 * width, rowStride: 3 * width, output: y,
        outputStride: width, logSumExp: logSumExp, time: time, heads: heads, headWidth: headWidth,
        window: window, scale: 0.125, dropout: dropout, scratch: scratch)
    }
    measure("attentionGradient \(shape)", .operations(10 * visible * width)) {
      Kernel.attentionGradient(
        outputGradient: dy, outputStride: width, queries: x, keys: x + width,
        values: x + 2 * width, rowStride: 3 * width, logSumExp: logSumExp, queryGradient: dx,
        keyGradient: dx + width, valueGradient: dx + 2 * width, gradientStride: 3 * width,
        time: time, heads: heads, headWidth: headWidth, window: window, scale: 0.125,
        dropout: dropout, scratch: scratch)
    }
  }
  measure("attentionStep \(time)", .bytes(8 * time * width)) {
    Kernel.attentionStep(
      query: x, keys: x, values: x + time * width, positionStride: headWidth,
      headStride: time * headWidth, output: y, positions: time, heads: heads,
      headWidth: headWidth, scale: 0.125, scratch: scratch)
  }
}

let x = operand(rows * 1024)
let y = operand(rows * 1024)
let dy = operand(rows * 1024)
let dx = operand(rows * 1024)
let gain = operand(1024)
let bias = operand(1024)
let gainGradient = operand(1024)
let biasGradient = operand(1024)
let statistics = operand(rows * 2)
let cosines = operand(rows * 32)
let sines = operand(rows * 32)

measure("layerNorm 512×256", .elements(rows * width)) {
  Kernel.layerNorm(
    x, gain: gain, bias: bias, y, statistics: statistics, rows: rows, width: width, epsilon: 1e-5)
}
measure("layerNormGradient 512×256", .elements(rows * width)) {
  Kernel.layerNormGradient(
    dy, x, gain: gain, statistics: statistics, inputGradient: dx, accumulate: false,
    gainGradient: gainGradient, biasGradient: biasGradient, rows: rows, width: width)
}
measure("rmsNorm 512×256", .elements(rows * width)) {
  Kernel.rmsNorm(
    x, gain: gain, y, inverseRoots: statistics, rows: rows, width: width, epsilon: 1e-5)
}
measure("rmsNormGradient 512×256", .elements(rows * width)) {
  Kernel.rmsNormGradient(
    dy, x, gain: gain, inverseRoots: statistics, inputGradient: dx, accumulate: false,
    gainGradient: gainGradient, rows: rows, width: width)
}
measure("gatedGELU 512×512", .elements(rows * 512)) {
  Kernel.gatedGELU(x, y, rows: rows, width: 512)
}
measure("gatedGELUGradient 512×512", .elements(rows * 512)) {
  Kernel.gatedGELUGradient(dy, x, dx, rows: rows, width: 512)
}
measure("swiGLU 512×512", .elements(rows * 512)) {
  Kernel.swiGLU(gate: x, up: x + 512, inputStride: 1024, y, rows: rows, width: 512)
}
measure("swiGLUGradient 512×512", .elements(rows * 512)) {
  Kernel.swiGLUGradient(
    dy, gate: x, up: x + 512, inputStride: 1024, gateGradient: dx, upGradient: dx + 512,
    gradientStride: 1024, rows: rows, width: 512)
}
measure("tanh 512×256", .elements(rows * width)) { Kernel.tanh(x, y, count: rows * width) }
measure("sigmoid 512×256", .elements(rows * width)) { Kernel.sigmoid(x, y, count: rows * width) }
measure("gelu 512×256", .elements(rows * width)) { Kernel.gelu(x, y, count: rows * width) }
measure("rotary 512×4×64", .elements(rows * width)) {
  Kernel.rotary(
    x, rowStride: 768, rowCount: rows, heads: 4, headWidth: 64, firstPosition: 0,
    cosines: cosines, sines: sines)
}
let mask = DropoutMask(stream: RandomStream(seed: 1, purpose: .dropout), probability: 0.1)
measure("dropout 512×256", .elements(rows * width)) {
  Kernel.dropout(x, y, mask: mask, count: rows * width)
}
measure("add 512×256", .bytes(rows * width * 12)) { Kernel.add(x, dx, y, count: rows * width) }

let logits = operand(rows * vocabulary)
let losses = operand(rows)
let targets = [Int32](repeating: 17, count: rows)
let table = operand(vocabulary * width)
measure("softmaxCrossEntropy forward 512×4096", .elements(rows * vocabulary)) {
  Kernel.softmaxCrossEntropy(
    logits: logits, targets: targets, losses: losses, weight: 0.01, rows: rows,
    width: vocabulary, withGradient: false)
}
measure("softmaxCrossEntropy gradient 512×4096", .elements(rows * vocabulary)) {
  Kernel.softmaxCrossEntropy(
    logits: logits, targets: targets, losses: losses, weight: 0.01, rows: rows,
    width: vocabulary, withGradient: true)
}
let tokens = (0..<rows).map { Int32($0 * 37 % vocabulary) }
measure("gather 512×256", .bytes(rows * width * 8)) {
  Kernel.gather(table, tokens: tokens, y, count: rows, width: width)
}
measure("scatterAdd 512×256", .bytes(rows * width * 12)) {
  Kernel.scatterAdd(dy, tokens: tokens, table, count: rows, width: width)
}

let parameterCount = 4_987_392
let parameters = operand(parameterCount)
let gradients = operand(parameterCount)
let firstMoments = operand(parameterCount)
let secondMoments = operand(parameterCount)
Kernel.multiply(secondMoments, secondMoments, secondMoments, count: parameterCount)
measure("adamW 4,987,392", .bytes(parameterCount * 28)) {
  Kernel.adamW(
    parameters: parameters, gradients: gradients, firstMoments: firstMoments,
    secondMoments: secondMoments, count: parameterCount, learningRate: 1e-9, beta1: 0.9,
    beta2: 0.95, epsilon: 1e-8, weightDecay: 0.01, step: 100)
}
measure("sumOfSquares 4,987,392", .bytes(parameterCount * 4)) {
  _ = Kernel.sumOfSquares(parameters, count: parameterCount)
}
[parameters, gradients].withUnsafeBufferPointer { buffers in
  measure("sumIntoFirst 2 × 4,987,392", .bytes(parameterCount * 12)) {
    Kernel.sumIntoFirst(buffers, count: parameterCount)
  }
}
measureProducts()
measureMemories()
