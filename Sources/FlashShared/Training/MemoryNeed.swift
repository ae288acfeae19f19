import Foundation

/// Whether what a recipe asks for fits into this machine's memory, found out before any of it is
/// taken: a process that runs out of memory ends without a word.
enum MemoryNeed {
  /// Bytes of this machine's memory.
  static var machineBytes: Int { Int(clamping: ProcessInfo.processInfo.physicalMemory) }

  /// Refuses a model that cannot be loaded.
  static func check(loading model: any LanguageModel, _ recipe: Recipe) throws {
    try require(model.layout.byteCount, model, recipe, threads: 1)
  }

  /// Refuses a model whose training does not fit: parameters, moments and the packed form of the
  /// matrices once, and gradients for each thread.
  static func check(training model: any LanguageModel, _ recipe: Recipe, threads: Int) throws {
    try require(parameterBytes(model, threads: threads), model, recipe, threads: threads)
  }

  /// The same with the tensors of each thread's graph, for which the store must be there.
  ///
  /// - Parameter sequences: those that a thread takes through the model at a time.
  static func check(
    training model: any LanguageModel, _ store: ParameterStore, _ recipe: Recipe, sequences: Int,
    time: Int, threads: Int
  ) throws {
    let graph = Graph(store, mode: .training, batch: sequences, time: time)
    _ = model.objective.recordTerms(model(graph), in: graph)
    try require(
      parameterBytes(model, threads: threads) + threads * graph.memoryBytes, model, recipe,
      threads: threads)
  }

  private static func parameterBytes(_ model: any LanguageModel, threads: Int) -> Int {
    model.layout.byteCount + 4 * model.layout.storageCount * (3 + threads)
  }

  private static func require(
    _ bytes: Int, _ model: any LanguageModel, _ recipe: Recipe, threads: Int
  ) throws {
    guard bytes <= machineBytes else {
      throw TrainingError.tooLarge(
        source: recipe.source, parameters: model.layout.count, threads: threads, needed: bytes,
        memory: machineBytes)
    }
  }
}

extension ParameterLayout {
  /// Bytes that the values take, gaps included.
  var byteCount: Int { 4 * (storageCount + derivedStorageCount + packedStorageCount) }
}
