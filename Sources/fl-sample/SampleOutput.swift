import FlashShared
import Foundation

/// Prints samples: text as it is produced, or JSON lines. On a terminal, control characters of the
/// text are shown by pictures; files and pipes get it as it is.
final class SampleOutput {
  typealias Receiver = (Int, String) throws -> Void

  private let isJSON: Bool
  private let isQuiet: Bool
  private let echoesPrompt: Bool
  private let events: EventLog
  private let isTerminal = isatty(STDOUT_FILENO) == 1
  private let clock = ContinuousClock()
  private var tokenCount = 0
  private var seconds = 0.0
  private var isFirst = true

  init(isJSON: Bool, isQuiet: Bool, echoesPrompt: Bool) {
    self.isJSON = isJSON
    self.isQuiet = isQuiet
    self.echoesPrompt = echoesPrompt
    events = EventLog(descriptor: isJSON ? 1 : 2)
  }

  func begin(_ settings: JSONObject) throws {
    if isJSON || !isQuiet { try events.write("settings", settings) }
  }

  func end() throws {
    guard isJSON || !isQuiet else { return }
    try events.write(
      "end",
      [
        "tokens": .integer(tokenCount), "seconds": .number(seconds),
        "tokens_per_second": .number(Double(tokenCount) / max(seconds, 1e-9)),
      ])
  }

  /// Prints what `generate` gives for one prompt. The first sample is printed as it comes, others
  /// behind it.
  func write(
    prompt: [UInt8], promptIndex: Int, samples count: Int,
    generate: (Receiver) throws -> [TextGenerator.Sample]
  ) throws {
    let started = clock.now
    if !isJSON { try beginText(prompt) }
    let samples = try generate { index, text in
      if !self.isJSON, index == 0 { try self.print(text) }
    }
    seconds += (clock.now - started) / .seconds(1)
    tokenCount += samples.reduce(0) { $0 + $1.tokens.count }
    for (index, sample) in samples.enumerated() {
      if isJSON {
        try events.write("sample", Self.record(sample, prompt, promptIndex, index))
      } else {
        if index > 0 {
          try beginText(prompt)
          try print(sample.text)
        }
        try print("\n")
      }
    }
  }

  private func beginText(_ prompt: [UInt8]) throws {
    if !isFirst { try print("\n") }
    isFirst = false
    if echoesPrompt { try print(prompt) }
  }

  private func print(_ text: String) throws { try print(Array(text.utf8)) }

  private func print(_ text: [UInt8]) throws {
    let bytes =
      isTerminal ? Array(String(decoding: text, as: UTF8.self).withVisibleControls().utf8) : text
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(bytes))
    } catch {
      throw FileError.cannotWrite(
        path: "standard output", reason: String(cString: strerror(errno)))
    }
  }

  private static func record(
    _ sample: TextGenerator.Sample, _ prompt: [UInt8], _ promptIndex: Int, _ index: Int
  ) -> JSONObject {
    var record: JSONObject = [
      "prompt_index": .integer(promptIndex), "sample": .integer(index),
      "prompt": .string(String(decoding: prompt, as: UTF8.self)), "text": .string(sample.text),
      "tokens": .array(sample.tokens.map { .integer(Int($0)) }),
    ]
    switch sample.stopReason {
    case .endOfText: record["stop_reason"] = "end-of-text"
    case .tokenLimit: record["stop_reason"] = "tokens"
    case .stopString(let text):
      record["stop_reason"] = "stop"
      record["stop"] = .string(text)
    }
    return record
  }
}
