import Foundation
import Testing

@testable import FlashShared

/// The delta rule against vectors from elsewhere and against its recurrence in float64.
@Suite struct DeltaRuleTests {
  /// `delta.safetensors`: computed with the recurrence in float64.
  @Test func agreesWithTheVectors() throws {
    let vectors = try Safetensors(path: "\(GoldenTests.root)/delta-rule/delta.safetensors")
    let shape = try #require(vectors.shape(of: "keys"))
    let (time, width) = (shape[2], shape[3])
    let names = ["keys", "values", "queries", "beta", "grad_read", "grad_state"]
    let numbers = try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try vectors.values(of: $0)) })
    var results: [String: [Float]] = [:]
    for head in 0..<shape[0] * shape[1] {
      func slice(_ name: String) -> [Float] {
        let all = numbers[name]!
        let count = all.count / (shape[0] * shape[1])
        return Array(all[head * count..<(head + 1) * count])
      }
      let outcome = DeltaRun(
        keys: slice("keys"), values: slice("values"), queries: slice("queries"),
        strengths: slice("beta"), readGradient: slice("grad_read"),
        stateGradient: transposed(slice("grad_state"), size: width), time: time, width: width)
      results["read", default: []] += outcome.read
      results["state", default: []] += transposed(outcome.state, size: width)
      results["grad_keys", default: []] += outcome.keyGradient
      results["grad_values", default: []] += outcome.valueGradient
      results["grad_queries", default: []] += outcome.queryGradient
      results["grad_beta", default: []] += outcome.strengthGradient
    }
    for (name, result) in results {
      let difference = Conformance.relativeDifference(result, try vectors.values(of: name))
      #expect(difference < 1e-5, "\(name)")
    }
  }

  /// Long sequences: nothing builds up over the chunks.
  @Test(arguments: [1, 63, 64, 65, 200, 1024]) func agreesWithTheRecurrence(_ time: Int) {
    let width = 32
    let run = DeltaRun(random: time, width: width)
    let expected = deltaRecurrence(
      keys: rows(run.keys.map(Double.init), width: width),
      values: rows(run.values.map(Double.init), width: width),
      queries: rows(run.queries.map(Double.init), width: width),
      strengths: run.strengths.map(Double.init))
    let read = Conformance.relativeDifference(run.read, expected.reads.joined().map(Float.init))
    #expect(read < 1e-5)
    let state = Conformance.relativeDifference(
      transposed(run.state, size: width), expected.state.joined().map(Float.init))
    #expect(state < 1e-5)
  }

  /// What is read does not depend, to the last bit, on what comes later.
  @Test func isCausal() {
    let (time, width, unchanged) = (200, 16, 90)
    let run = DeltaRun(random: time, width: width)
    func changed(_ numbers: [Float]) -> [Float] {
      let kept = numbers.count / time * unchanged
      return numbers[..<kept] + numbers[kept...].reversed()
    }
    let other = DeltaRun(
      keys: changed(run.keys), values: changed(run.values), queries: changed(run.queries),
      strengths: changed(run.strengths),
      readGradient: [Float](repeating: 0, count: time * width),
      stateGradient: [Float](repeating: 0, count: width * width), time: time, width: width)
    let before = unchanged * width
    #expect(run.read[..<before] == other.read[..<before])
    #expect(run.read[before...] != other.read[before...])
  }

  /// A position at a time gives what the chunks give.
  @Test func stepsAgreeWithChunks() {
    let (time, width) = (150, 16)
    let run = DeltaRun(random: time, width: width)
    let state = FloatBuffer(count: width * width)
    let scratch = FloatBuffer(count: width)
    let read = FloatBuffer(count: time * width)
    for t in 0..<time {
      let range = t * width..<(t + 1) * width
      Kernel.deltaStep(
        key: Array(run.keys[range]), value: Array(run.values[range]),
        query: Array(run.queries[range]), strength: run.strengths[t], state: state.pointer,
        read: read.pointer + t * width, width: width, scratch: scratch.pointer)
    }
    #expect(Conformance.relativeDifference(Array(read[0..<time * width]), run.read) < 1e-5)
  }
}

private func transposed(_ matrix: [Float], size: Int) -> [Float] {
  (0..<size).flatMap { row in (0..<size).map { matrix[$0 * size + row] } }
}

/// One head through the kernels, forward and back.
private struct DeltaRun {
  let keys: [Float]
  let values: [Float]
  let queries: [Float]
  let strengths: [Float]
  let read: [Float]
  let state: [Float]
  let keyGradient: [Float]
  let valueGradient: [Float]
  let queryGradient: [Float]
  let strengthGradient: [Float]

  /// Random unit keys and queries; each seventh key repeats the one before it.
  init(random time: Int, width: Int) {
    let stream = RandomStream(seed: 5, purpose: .evaluation)
    func numbers(_ part: UInt64) -> [Float] {
      (0..<time * width).map { Float(stream.narrowed(by: part).normal(at: UInt64($0))) }
    }
    func units(_ part: UInt64) -> [Float] {
      let vectors = rows(numbers(part).map(Double.init), width: width)
      let normal = vectors.map { row in
        let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return row.map { Float($0 / norm) }
      }
      return normal.indices.flatMap { $0 % 7 == 6 ? normal[$0 - 1] : normal[$0] }
    }
    self.init(
      keys: units(0), values: numbers(1), queries: units(2),
      strengths: (0..<time).map { Float(stream.uniform(at: UInt64($0))) },
      readGradient: numbers(3), stateGradient: [Float](repeating: 0, count: width * width),
      time: time, width: width)
  }

  init(
    keys: [Float], values: [Float], queries: [Float], strengths: [Float], readGradient: [Float],
    stateGradient: [Float], time: Int, width: Int
  ) {
    // Rows lie apart as in a packed projection; the last column holds the strengths.
    let stride = 3 * width + 1
    var packed = [Float](repeating: 0, count: time * stride)
    for t in 0..<time {
      for channel in 0..<width {
        packed[t * stride + channel] = keys[t * width + channel]
        packed[t * stride + width + channel] = values[t * width + channel]
        packed[t * stride + 2 * width + channel] = queries[t * width + channel]
      }
      packed[t * stride + 3 * width] = strengths[t]
    }
    let inputs = GuardedFloats(packed)
    let read = GuardedFloats(count: time * width)
    let writes = GuardedFloats(count: time * width)
    let states = GuardedFloats(count: Kernel.deltaStateCount(time: time, width: width))
    let scratch = GuardedFloats(count: Kernel.deltaScratchCount(width: width))
    let p = UnsafePointer(inputs.pointer)
    Kernel.deltaRule(
      keys: p, values: p + width, queries: p + 2 * width, rowStride: stride,
      strengths: p + 3 * width, read: read.pointer, readStride: width, writes: writes.pointer,
      states: states.pointer, time: time, width: width, scratch: scratch.pointer)
    let gradient = GuardedFloats(count: time * stride)
    let g = gradient.pointer
    Kernel.deltaRuleGradient(
      readGradient: GuardedFloats(readGradient).pointer, readStride: width, keys: p,
      queries: p + 2 * width, rowStride: stride, strengths: p + 3 * width, writes: writes.pointer,
      states: states.pointer, stateGradient: GuardedFloats(stateGradient).pointer, keyGradient: g,
      valueGradient: g + width, queryGradient: g + 2 * width, logStrengthGradient: g + 3 * width,
      gradientStride: stride, time: time, width: width, scratch: scratch.pointer)
    self.keys = keys
    self.values = values
    self.queries = queries
    self.strengths = strengths
    self.read = read.values
    state = Array(states.values.suffix(width * width))
    let slopes = gradient.values
    func part(_ index: Int) -> [Float] {
      var result: [Float] = []
      for t in 0..<time {
        let first = t * stride + index * width
        result += slopes[first..<first + width]
      }
      return result
    }
    keyGradient = part(0)
    valueGradient = part(1)
    queryGradient = part(2)
    strengthGradient = (0..<time).map { slopes[$0 * stride + 3 * width] / strengths[$0] }
  }
}
