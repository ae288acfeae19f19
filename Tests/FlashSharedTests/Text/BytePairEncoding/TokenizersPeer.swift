import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// The Python library `tokenizers`, asked through a script.
enum TokenizersPeer {
  static let reason: Comment = "needs python3 with the package tokenizers 0.23"

  /// Whether the library is there, in the version whose behaviour is promised.
  static let isAvailable: Bool =
    (try? run("import tokenizers; print(tokenizers.__version__)", []))
    .map { String(decoding: $0, as: UTF8.self).hasPrefix("0.23.") } ?? false

  /// Runs a script with bytes on its standard input, and returns its standard output.
  static func run(_ script: String, _ input: [UInt8]) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let inputPath = try folder.file("input", input)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script]
    process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: inputPath))
    let output = Pipe()
    process.standardOutput = output
    process.standardError = Pipe()
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw PeerFailed(script: script) }
    return [UInt8](bytes)
  }

  struct PeerFailed: Error { let script: String }

  /// Trains on texts, or line by line on a file, and returns what the library would save.
  static func train(
    _ options: BytePairTraining, texts: [String] = [], file: String? = nil
  ) throws -> JSONValue {
    let request: JSONValue = [
      "texts": .array(texts.map { .string($0) }),
      "file": file.map { .string($0) } ?? .null,
      "vocab_size": .integer(options.vocabularySize),
      "min_frequency": .integer(options.minimumFrequency),
      "special_tokens": .array(options.specialTokens.map { .string($0) }),
      "limit_alphabet": options.alphabetLimit.map { .integer($0) } ?? .null,
      "max_token_length": options.maximumTokenLength.map { .integer($0) } ?? .null,
      "all_bytes": .boolean(options.includesAllBytes),
      "prefix": .boolean(options.addsPrefixSpace),
    ]
    let script = """
      import json, sys
      from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
      r = json.load(sys.stdin)
      t = Tokenizer(models.BPE())
      t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=r["prefix"])
      t.decoder = decoders.ByteLevel()
      more = {n: r[n] for n in ("limit_alphabet", "max_token_length") if r[n] is not None}
      if r["all_bytes"]:
          more["initial_alphabet"] = pre_tokenizers.ByteLevel.alphabet()
      trainer = trainers.BpeTrainer(vocab_size=r["vocab_size"], min_frequency=r["min_frequency"],
          special_tokens=r["special_tokens"], show_progress=False, **more)
      if r["file"] is None:
          t.train_from_iterator(r["texts"], trainer)
      else:
          t.train([r["file"]], trainer)
      sys.stdout.write(t.to_str())
      """
    return try JSONValue(parsing: run(script, request.serialized()), source: "tokenizers")
  }

  /// The ids of texts by the tokenizer in a file.
  static func encode(_ texts: [String], tokenizer path: String) throws -> [[Int32]] {
    let request: JSONValue = ["texts": .array(texts.map { .string($0) }), "path": .string(path)]
    let script = """
      import json, sys
      from tokenizers import Tokenizer
      r = json.load(sys.stdin)
      t = Tokenizer.from_file(r["path"])
      json.dump([e.ids for e in t.encode_batch(r["texts"])], sys.stdout)
      """
    let reply = try JSONValue(parsing: run(script, request.serialized()), source: "tokenizers")
    return (reply.arrayValue ?? []).map { ids in
      (ids.arrayValue ?? []).map { Int32($0.integerValue ?? -1) }
    }
  }

  /// The folder with real texts, if the environment names one.
  static let dataFolder = ProcessInfo.processInfo.environment["FLASHLM_DATA"]
  static let dataReason: Comment =
    "needs FLASHLM_DATA, a folder with the texts, and tokenizers 0.23"
}
