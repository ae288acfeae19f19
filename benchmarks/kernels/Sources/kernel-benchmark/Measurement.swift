import Foundation

/// Memory for operands, filled with numbers of the size that training has.
func operand(_ count: Int, scale: Float = 1) -> UnsafeMutablePointer<Float> {
  let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 4096)
    .bindMemory(to: Float.self, capacity: count)
  var state: UInt64 = 0x9E37_79B9_7F4A_7C15
  for i in 0..<count {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    memory[i] = (Float(state >> 40) * 0x1p-23 - 1) * scale
  }
  return memory
}

/// The unit that a kernel's work is counted in.
enum Work {
  /// Floating-point operations: printed as GFLOP/s.
  case operations(Int)
  /// Bytes that have to be read and written at least: printed as GB/s.
  case bytes(Int)
  /// Elements: printed as nanoseconds an element.
  case elements(Int)
}

/// The processor time that this thread has used: what other processes take does not count.
private func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Only kernels whose name contains this are measured.
let filter = CommandLine.arguments.dropFirst().first ?? ""

/// Runs a kernel in batches of about 20 ms for about half a second and prints the fastest batch:
/// other processes can only slow it down.
func measure(_ name: String, _ work: Work, _ body: () -> Void) {
  guard filter.isEmpty || name.contains(filter) else { return }
  let best = fastest(body)
  let rate =
    switch work {
    case .operations(let n): String(format: "%8.1f GFLOP/s", Double(n) / best * 1e-9)
    case .bytes(let n): String(format: "%8.1f GB/s", Double(n) / best * 1e-9)
    case .elements(let n): String(format: "%8.3f ns/element", best * 1e9 / Double(n))
    }
  printLine(name, String(format: "%10.2f µs ", best * 1e6) + rate)
}

private func printLine(_ name: String, _ figures: String) {
  print(name.padding(toLength: 52, withPad: " ", startingAt: 0) + figures)
}

/// The seconds of a run in the fastest of 25 batches.
func fastest(_ body: () -> Void) -> Double {
  func seconds(_ repetitions: Int) -> Double {
    let start = processorSeconds()
    for _ in 0..<repetitions { body() }
    return processorSeconds() - start
  }
  _ = seconds(1)
  var repetitions = 1
  while seconds(repetitions) < 0.01 { repetitions *= 2 }
  var best = Double.infinity
  for _ in 0..<25 { best = min(best, seconds(repetitions) / Double(repetitions)) }
  return best
}

/// Runs a kernel and its peer in turn, 100 times each, and prints both medians and their ratio: what
/// other processes take, they take from both.
func compare(
  _ name: String, _ operations: Int, peer: String, _ ours: () -> Void, _ theirs: () -> Void
) {
  guard filter.isEmpty || name.contains(filter) else { return }
  func rate(_ body: () -> Void) -> Double {
    let start = processorSeconds()
    body()
    return Double(operations) * 1e-9 / (processorSeconds() - start)
  }
  var rates: [(ours: Double, theirs: Double)] = []
  for round in 0..<101 {
    let pair = (ours: rate(ours), theirs: rate(theirs))
    if round > 0 { rates.append(pair) }
  }
  func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
  let figures = String(
    format: "%8.1f GFLOP/s, %.1f, ratio %.2f", median(rates.map(\.ours)),
    median(rates.map(\.theirs)), median(rates.map { $0.ours / $0.theirs }))
  printLine(name, figures + ": " + peer)
}
