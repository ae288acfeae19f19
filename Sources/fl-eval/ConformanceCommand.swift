import ArgumentParser
import FlashShared
import ToolSupport

struct ConformanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conformance",
    abstract: "Compare models in the engine with golden vectors.",
    discussion: """
      Each folder holds config.json, weights.safetensors, batch.json, and for each variant \
      <variant>.safetensors and <variant>.json; causality.json and generation.json where they are \
      known. Prints one JSON line for each variant: how far logits, losses, gradients and \
      optimiser traces are from the vectors, whether a later token changes an earlier logit, and \
      the tolerances. Exits with 1 if one does not hold.
      """)

  @Argument(help: ArgumentHelp("Folders of golden vectors.", valueName: "folder"))
  var folders: [String]

  @Option(help: "Only this variant: sound, published or repaired.")
  var variant: Variant?

  @Option(
    help: ArgumentHelp(
      "Count the parameters of the model of <folder>/<version>.json as well.",
      valueName: "folder"))
  var recipes: String?

  func run() throws {
    Interruption.install()
    let events = EventLog(descriptor: 1)
    var passes = true
    for folder in folders {
      let golden = try GoldenSet(path: folder)
      let recipe = try recipes.map { try Recipe(path: "\($0)/\(golden.version).json") }
      let conformance = Conformance(golden, recipe: recipe)
      let variants = golden.variants.filter { variant == nil || $0 == variant }
      guard !variants.isEmpty else {
        throw GoldenSetError(
          path: folder, reason: "has no vectors of the variant \(variant?.rawValue ?? "")")
      }
      for variant in variants {
        try Interruption.check()
        let result = try conformance.check(variant)
        var event: JSONObject = ["folder": .string(folder)]
        event.merge(result.json(tolerances: conformance.tolerances))
        try events.write("conformance", event)
        passes = passes && result.passes
      }
    }
    if !passes { throw ExitCode(ExitStatus.checkFailed.rawValue) }
  }
}

extension Variant: ExpressibleByArgument {}
