import ArgumentParser
import FlashShared

/// Options that a command line gives more often than they count: the last value is taken, as usual,
/// but somebody may have meant both.
struct RepeatedOptions {
  /// One line for each such option, in the order of the command line.
  private(set) var messages: [String] = []

  /// - Parameter words: the command line without the tool's name.
  init(_ root: ParsableCommand.Type, _ words: [String]) {
    let options = words.prefix { $0 != "--" }.filter { $0.hasPrefix("-") }
      .map { $0.prefix { $0 != "=" } }
    // Nearly always: then the tool need not be asked what it takes.
    guard Set(options).count < options.count else { return }
    guard let tool = try? JSONValue(parsing: Array(root._dumpHelp().utf8), source: "help"),
      let command = tool["command"]
    else { return }
    messages = Self.messages(words, Self.arguments(command, words))
  }

  /// The options of the command that the words choose.
  private static func arguments(_ command: JSONValue, _ words: [String]) -> [JSONValue] {
    let subcommands = command["subcommands"]?.arrayValue ?? []
    func named(_ name: String?) -> JSONValue? {
      subcommands.first { $0["commandName"]?.stringValue == name }
    }
    let chosen =
      words.first.flatMap(named) ?? command["defaultSubcommand"].flatMap { named($0.stringValue) }
    return (chosen ?? command)["arguments"]?.arrayValue ?? []
  }

  private static func messages(_ words: [String], _ arguments: [JSONValue]) -> [String] {
    var values: [String: [String]] = [:]
    var order: [String] = []
    var index = 0
    while index < words.count, words[index] != "--" {
      let parts = words[index].split(separator: "=", maxSplits: 1).map(String.init)
      index += 1
      guard let name = parts.first, let option = option(name, arguments) else { continue }
      var value = parts.count > 1 ? parts[1] : nil
      if value == nil, index < words.count {
        value = words[index]
        index += 1
      }
      if values[option] == nil { order.append(option) }
      values[option, default: []].append(value ?? "")
    }
    return order.compactMap { option in
      guard let given = values[option], given.count > 1, let last = given.last else { return nil }
      return "--\(option) is given \(given.count) times; the last one, \(last), counts"
    }
  }

  /// The long name of an option that takes one value; nil for other words.
  private static func option(_ word: String, _ arguments: [JSONValue]) -> String? {
    guard word.hasPrefix("-") else { return nil }
    let name = word.drop { $0 == "-" }
    let argument = arguments.first { argument in
      argument["kind"]?.stringValue == "option" && argument["isRepeating"]?.booleanValue == false
        && argument["names"]?.arrayValue?.contains { $0["name"]?.stringValue == String(name) }
          == true
    }
    return argument?["preferredName"]?["name"]?.stringValue
  }
}
