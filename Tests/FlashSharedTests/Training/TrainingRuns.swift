import FlashShared
import Foundation
import TestSupport
import Testing

/// Runs of tiny recipes over the same data in a folder of their own, and what they leave behind.
struct TrainingRuns {
  let folder: TestSupport.TemporaryFolder
  private let train: ShardSet
  private let validation: ShardSet

  /// - Parameter train: made from the folder; the fixture's if not given.
  init(train: ((TestSupport.TemporaryFolder) throws -> ShardSet)? = nil) throws {
    folder = try TestSupport.TemporaryFolder()
    self.train =
      try train?(folder) ?? TrainingFixture.makeShards(folder.file("train"), tokens: 900)
    validation = try TrainingFixture.makeShards(folder.file("valid"), tokens: 300)
  }

  /// Starts a run, or goes on with it, until its budget is used up.
  func run(
    _ name: String, recipe: JSONObject = TrainingFixture.recipe, threads: Int = 2,
    resumes: Bool = false, changes: (inout Recipe) -> Void = { _ in }
  ) throws {
    var recipe = try Recipe(recipe, source: "test")
    changes(&recipe)
    let run = try TrainingRun(
      recipe: recipe, train: train, validation: validation, tokenizerPath: nil,
      options: .init(
        output: folder.file(name), resumes: resumes, threads: threads, isQuiet: true,
        printsEvents: false))
    try run.run()
  }

  /// The files of a run.
  func files(_ name: String) -> RunFolder { RunFolder(folder.file(name)) }

  /// A run's last checkpoint.
  func last(_ name: String) throws -> Safetensors { try Safetensors(path: files(name).last) }

  /// The bits of all tensors of a run's last checkpoint, moments included, by name.
  func bits(_ name: String) throws -> [String: [UInt32]] {
    let file = try last(name)
    return try Dictionary(
      uniqueKeysWithValues: file.names.map { ($0, try file.values(of: $0).map(\.bitPattern)) })
  }

  /// The events of a run's log, or those of one kind.
  func events(_ name: String, _ kind: String? = nil) throws -> [JSONValue] {
    try String(contentsOfFile: files(name).log, encoding: .utf8).split(separator: "\n")
      .map { try JSONValue(parsing: Array($0.utf8), source: "log") }
      .filter { kind == nil || $0["event"]?.stringValue == kind }
  }

  /// What a run's last checkpoint says of where the run was.
  func state(_ name: String) throws -> JSONObject {
    let text = try #require(try last(name).metadata["training_state"])
    return try #require(try JSONValue(parsing: Array(text.utf8), source: "state").objectValue)
  }

  /// Changes what a run's last checkpoint says of where the run was, and its tensors.
  func edit(
    _ name: String, state changes: JSONObject = [:],
    tensors change: (_ name: String, _ values: inout [Float]) -> Void = { _, _ in }
  ) throws {
    var state = try state(name)
    state.merge(changes)
    let file = try last(name)
    let tensors = try file.names.map { name in
      var values = try file.values(of: name)
      change(name, &values)
      return (name: name, shape: try #require(file.shape(of: name)), values: values)
    }
    let text = String(decoding: JSONValue.object(state).serialized(), as: UTF8.self)
    try Safetensors.write(
      tensors, metadata: ["training_state": text], to: files(name).last)
  }
}
