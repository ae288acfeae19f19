extension Budget {
  /// The budget that a recipe states: exactly one of minutes, steps and tokens.
  public init(_ recipe: Recipe) throws {
    let budgets: [Budget?] = [
      try recipe.ifSet("budget.minutes") { .minutes(try recipe.number($0)) },
      try recipe.ifSet("budget.steps") { .steps(try recipe.integer($0)) },
      try recipe.ifSet("budget.tokens") { .tokens(try recipe.integer($0)) },
    ]
    let stated = budgets.compactMap { $0 }
    guard stated.count == 1, let budget = stated.first else {
      throw recipe.failure("budget", "must hold exactly one of minutes, steps, tokens")
    }
    self = budget
  }
}
