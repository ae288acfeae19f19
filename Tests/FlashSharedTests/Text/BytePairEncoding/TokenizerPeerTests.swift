import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Training and encoding against the Python library, on generated text.
@Suite(.enabled(if: TokenizersPeer.isAvailable, TokenizersPeer.reason))
struct TokenizerPeerTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Trains on texts as documents.
  func train(_ texts: [String], _ options: BytePairTraining, threads: Int = 2) throws -> Tokenizer {
    let lines = texts.flatMap { JSONValue.object(["text": .string($0)]).serialized() + [0x0A] }
    let path = try folder.file("texts.jsonl", lines)
    return try Tokenizer.train(
      on: DocumentReader(paths: [path], format: .jsonLines(textMember: "text"), blockSize: 4096),
      options, threads: threads)
  }

  func json(_ tokenizer: Tokenizer) throws -> JSONValue {
    try JSONValue(parsing: tokenizer.serialized(), source: "ours")
  }

  static let trainings: [BytePairTraining] = {
    var all: [BytePairTraining] = []
    func add(_ change: (inout BytePairTraining) -> Void) {
      var options = BytePairTraining()
      options.vocabularySize = 600
      change(&options)
      all.append(options)
    }
    add { _ in }
    add { $0.addsPrefixSpace = false }
    add { $0.includesAllBytes = true }
    add {
      $0.minimumFrequency = 0
      $0.vocabularySize = 3000
    }
    add { $0.minimumFrequency = 7 }
    add {
      $0.maximumTokenLength = 4
      $0.minimumFrequency = 1
      $0.vocabularySize = 2000
    }
    add { $0.vocabularySize = 20 }
    add { $0.specialTokens = [] }
    add { $0.specialTokens = ["a", "<eos>", "the", "Ġthe", "é"] }
    return all
  }()

  @Test(arguments: trainings.indices)
  func trainingOnHostileTextIsTheLibrarys(index: Int) throws {
    var hostile = HostileText(seed: 10 + UInt64(index))
    let texts = (0..<60).map { _ in hostile.text(80) } + ["", " ", "\n"]
    let options = Self.trainings[index]
    let ours = try train(texts, options)
    #expect(try json(ours) == TokenizersPeer.train(options, texts: texts))
    let path = try folder.file("ours.json", ours.serialized())
    let more = texts + (0..<60).map { _ in hostile.text(120) }
    #expect(try more.map { ours.encode($0) } == TokenizersPeer.encode(more, tokenizer: path))
  }

  /// Few characters: counts tie all the time, and different merges give the same token.
  @Test(arguments: 1...8)
  func trainingWithTiesIsTheLibrarys(seed: UInt64) throws {
    var hostile = HostileText(seed: seed)
    let texts = (0..<40).map { _ in hostile.ties(60) }
    var options = BytePairTraining()
    options.vocabularySize = 400
    options.minimumFrequency = 1
    if seed % 2 == 0 { options.maximumTokenLength = 6 }
    let ours = try train(texts, options)
    #expect(try json(ours) == TokenizersPeer.train(options, texts: texts))
    let path = try folder.file("ours.json", ours.serialized())
    let more = (0..<200).map { _ in hostile.ties(90) }
    #expect(try more.map { ours.encode($0) } == TokenizersPeer.encode(more, tokenizer: path))
  }

  @Test func trainingOnLinesIsTheLibrarysTrainingOnFiles() throws {
    var hostile = HostileText(seed: 30)
    let path = try folder.file("lines.txt", hostile.text(20_000))
    var options = BytePairTraining()
    options.vocabularySize = 1000
    let ours = try Tokenizer.train(
      on: DocumentReader(paths: [path], format: .lines, blockSize: 1000), options, threads: 3)
    #expect(try json(ours) == TokenizersPeer.train(options, file: path))
  }

  /// The library leaves open which of equally rare symbols go; here they are not equally rare.
  @Test func limitedAlphabetIsTheLibrarys() throws {
    let texts = (1..<200).map {
      String(repeating: "\(Unicode.Scalar(UInt8(48 + $0 % 40))) ", count: $0)
    }
    var counts: [UInt8: Int] = [:]
    for byte in texts.joined().utf8 { counts[byte, default: 0] += 1 }
    let ranked = counts.values.sorted(by: >)
    let limit = try #require((5..<ranked.count).first { ranked[$0 - 1] != ranked[$0] })
    var options = BytePairTraining()
    options.alphabetLimit = limit
    options.vocabularySize = 100
    let ours = try train(texts, options)
    #expect(try json(ours) == TokenizersPeer.train(options, texts: texts))
    let path = try folder.file("ours.json", ours.serialized())
    #expect(try texts.map { ours.encode($0) } == TokenizersPeer.encode(texts, tokenizer: path))
  }

  /// Added tokens with every flag that is supported, and options of the model.
  @Test(arguments: [false, true])
  func filesOfTheLibraryAreRead(prefix: Bool) throws {
    var hostile = HostileText(seed: prefix ? 40 : 41)
    let texts =
      (0..<80).map { _ in hostile.text(60) } + [" <l> x", "x <l>y", "x<r>  \n y", "<r> <l>"]
    let script = """
      import json, sys
      from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers, processors, trainers
      r = json.load(sys.stdin)
      t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=r["prefix"]))
      t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=r["prefix"])
      t.post_processor = processors.ByteLevel(trim_offsets=False)
      t.train_from_iterator(r["texts"][:20], trainers.BpeTrainer(vocab_size=400,
          special_tokens=["<unk>"], show_progress=False))
      t.add_special_tokens(["<|endoftext|>", "<eos>", "<e", "👩‍👩‍👧"])
      t.add_special_tokens([AddedToken("<l>", lstrip=True), AddedToken("<r>", rstrip=True)])
      t.add_tokens(["the cat", " a", "中文", AddedToken("Once", lstrip=True, rstrip=True)])
      t.model.ignore_merges = not r["prefix"]
      t.save(r["path"])
      """
    let path = folder.path + "/library.json"
    let request: JSONValue = [
      "texts": .array(texts.map { .string($0) }), "prefix": .boolean(prefix), "path": .string(path),
    ]
    _ = try TokenizersPeer.run(script, request.serialized())
    let ours = try Tokenizer(contentsOf: path)
    let more = texts + ["", " ", "the cat", "  <l>  <r>  Once  <l>", "<|endoftext|><e<eos>"]
    #expect(try more.map { ours.encode($0) } == TokenizersPeer.encode(more, tokenizer: path))
    // What we write of it means the same, but for the post-processor, which changes no ids.
    let again = try folder.file("again.json", ours.serialized())
    #expect(try more.map { ours.encode($0) } == TokenizersPeer.encode(more, tokenizer: again))
  }
}

/// The same on real texts.
@Suite(
  .enabled(
    if: TokenizersPeer.isAvailable && TokenizersPeer.dataFolder != nil, TokenizersPeer.dataReason))
struct RealTextTests {
  static let files = ["tinystories-v2-valid.txt", "gutenberg-children.txt", "wikitext2-valid.txt"]

  @Test(arguments: files)
  func tokenizerAndIdsAreTheLibrarys(name: String) throws {
    let folder = try TemporaryFolder()
    let path = try #require(TokenizersPeer.dataFolder) + "/" + name
    var options = BytePairTraining()
    let ours = try Tokenizer.train(
      on: DocumentReader(paths: [path], format: .lines), options, threads: 2)
    #expect(
      try JSONValue(parsing: ours.serialized(), source: "ours")
        == TokenizersPeer.train(options, file: path))
    options.vocabularySize = 8192
    options.addsPrefixSpace = false
    options.includesAllBytes = true
    let other = try Tokenizer.train(
      on: DocumentReader(paths: [path], format: .separated(by: "<|endoftext|>")), options)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let texts = text.components(separatedBy: "\n<|endoftext|>\n").filter { !$0.isEmpty }
    for (index, tokenizer) in [ours, other].enumerated() {
      let file = try folder.file("\(index).json", tokenizer.serialized())
      #expect(
        try texts.map { tokenizer.encode($0) } == TokenizersPeer.encode(texts, tokenizer: file))
      let bytes = texts.map { Array($0.utf8) }
      guard index == 1 else { continue }
      #expect(bytes.map { other.decode(other.encode($0), skippingSpecial: false) } == bytes)
    }
  }
}
