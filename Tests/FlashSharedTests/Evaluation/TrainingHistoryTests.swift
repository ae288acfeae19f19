import Testing

@testable import FlashShared

@Suite struct TrainingHistoryTests {
  private let lines = [
    #"{"event":"start","version":"v5.2","variant":"sound","parameters":99,"threads":2,"seed":7}"#,
    #"{"event":"defect","text":"a"}"#,
    #"{"event":"step","step":1,"tokens":10,"loss":5.5,"lr":0.1,"elapsed":2,"memory_bytes":30}"#,
    #"{"event":"validation","step":2,"val_loss":4.5,"val_bpc":1.5,"tokens":20,"elapsed":4}"#,
    #"{"event":"end","step":2,"tokens":20,"elapsed":4,"peak_memory_bytes":40}"#,
  ]

  private func history(_ lines: [String]) throws -> TrainingHistory {
    var history = TrainingHistory()
    var reader = TrainingHistoryReader(path: "log")
    try reader.read(Array((lines.joined(separator: "\n") + "\n").utf8), into: &history)
    return history
  }

  @Test func theLogIsTold() throws {
    let history = try history(lines)
    #expect(history.version == "v5.2")
    #expect(history.parameters == 99)
    #expect(history.threads == 2)
    #expect(history.points.map(\.loss) == [5.5])
    #expect(history.validations.map(\.bitsPerCharacter) == [1.5])
    #expect(history.tokens == 20)
    #expect(history.tokensPerSecond == 5)
    #expect(history.peakMemoryBytes == 40)
    #expect(history.defects == ["a"])
    #expect(history.state == .ended)
  }

  @Test func aRunThatGoesOnIsRunning() throws {
    #expect(try history(Array(lines.dropLast())).state == .running)
    #expect(try history(lines.dropLast() + [#"{"event":"interrupted"}"#]).state == .interrupted)
    #expect(try history(lines + [#"{"event":"resume"}"#]).state == .running)
    #expect(
      try history([#"{"event":"nonfinite","action":"stop"}"#]).state == .stopped)
  }

  /// Tokens and seconds of a log go on over resumptions; the speed is that of the whole run.
  @Test func aResumedRunsSpeedIsOverAllOfIt() throws {
    let history = try history(
      Array(lines.prefix(3)) + [
        #"{"event":"interrupted","step":1}"#,
        #"{"event":"resume","version":"v5.2","variant":"sound","parameters":99,"threads":4}"#,
        #"{"event":"step","step":2,"tokens":20,"loss":5,"tok_per_sec":40,"elapsed":2.25}"#,
        #"{"event":"step","step":3,"tokens":30,"loss":4,"tok_per_sec":40,"elapsed":2.5}"#,
      ])
    #expect(history.state == .running)
    #expect(history.points.map(\.step) == [1, 2, 3])
    #expect(history.tokens == 30)
    #expect(history.seconds == 2.5)
    #expect(history.tokensPerSecond == 12)
    #expect(history.points.map(\.tokensPerSecond) == [nil, 40, 40])
    #expect(history.threads == 4)
  }

  /// However the bytes arrive, nothing is lost and no half line is read.
  @Test(arguments: 1...7) func bytesArriveInPieces(size: Int) throws {
    let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
    var history = TrainingHistory()
    var reader = TrainingHistoryReader(path: "log")
    for begin in stride(from: 0, to: bytes.count, by: size) {
      try reader.read(Array(bytes[begin..<min(begin + size, bytes.count)]), into: &history)
    }
    #expect(history.state == .ended)
    #expect(history.points.count == 1)
  }

  @Test func aDamagedLineIsNamed() throws {
    #expect(throws: JSONError.self) { try history([lines[0], "{"]) }
  }
}
