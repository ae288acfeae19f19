/// What was published about a version, and what the number is: the member `published` of its recipe.
public struct PublishedFigures: Sendable, Equatable {
  public let version: String
  public let name: String
  /// The version's place in the order in which the family's appeared, from 1.
  public let place: Int
  /// The architecture in a few words.
  public let architecture: String
  /// The published parameter count, in words.
  public let parameters: String?
  /// The published perplexity; nil where none was.
  public let perplexity: Double?
  /// The published figure in words, where it is not just a number.
  public let wording: String?
  /// The published "bits per character".
  public let bitsPerCharacter: Double?
  /// What the published perplexity is.
  public let meaning: String

  /// Reads a recipe; nil if it states nothing published.
  public init?(_ recipe: Recipe) {
    guard recipe.sets("published"), let version = try? recipe.string("version"),
      let architecture = try? recipe.string("published.architecture"),
      let meaning = try? recipe.string("published.meaning")
    else { return nil }
    self.version = version
    name = (try? recipe.string("name")) ?? version
    place = (try? recipe.integer("published.place")) ?? .max
    self.architecture = architecture
    parameters = try? recipe.string("published.parameters")
    perplexity = try? recipe.number("published.perplexity")
    wording = try? recipe.string("published.wording")
    bitsPerCharacter = try? recipe.number("published.bits_per_character")
    self.meaning = meaning
  }

  /// The published perplexity as it is printed.
  public var perplexityText: String {
    wording ?? perplexity.map { ReportTable.fixed($0, 2) } ?? "none"
  }
}
