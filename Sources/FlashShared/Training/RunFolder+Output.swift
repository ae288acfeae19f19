extension RunFolder {
  /// The paths of everything that a run is read from.
  public var files: [String] { [path, recipe, tokenizer, log, last, best] }

  /// Decides what the folder of a run that is to be written is: made for it, empty, or that of a run
  /// that has come to no parameters yet. A trained model stays unless it is to be replaced.
  public static func target(_ path: String, replacing: Bool = false) throws -> OutputTarget {
    let run = RunFolder(path)
    let models = [run.best, run.last].map { PathParts($0).name }
    return try OutputTarget(folder: path) { _, names in
      if let model = models.first(where: names.contains), !replacing {
        throw FileError.cannotCreate(
          path: path,
          reason:
            "the folder holds a trained model ('\(model)'), which stays; name another folder, "
            + "or give --replace")
      }
      return names.contains { name in
        models.contains(name) || name == ".lock" || name == PathParts(run.recipe).name
      }
    }
  }
}
