extension JSONLines {
  /// A file is JSON lines if it begins with an object, or with its name's word for it. A list, or
  /// an object over several lines, is neither that nor text.
  static func holds(_ start: FileStart) throws -> Bool {
    func refuse(_ what: String, _ program: String) -> DocumentError {
      .notDocuments(
        source: start.source,
        reason: "\(what), not one object a line; turn it into that: "
          + ForeignContent.command("jq -c \(program)", start.source)
          + (start.advice.contains(.format) ? ", or read it as it is: --format text" : ""))
    }
    var scanner = JSONScanner(start.bytes)
    if scanner.take(UInt8(ascii: "{")) {
      let begin = scanner.position
      guard let next = scanner.peek(), next == UInt8(ascii: "\"") || next == UInt8(ascii: "}")
      else { return start.hasSuffix(".jsonl", ".ndjson") }
      if start.bytes[begin..<scanner.position].contains(0x0A) {
        throw refuse("a JSON object over several lines", ".")
      }
      return true
    }
    if scanner.take(UInt8(ascii: "[")) {
      if scanner.take(UInt8(ascii: "{")),
        scanner.peek() == UInt8(ascii: "\"") || scanner.peek() == UInt8(ascii: "}")
      {
        throw refuse("a JSON array of objects", "'.[]'")
      }
      if isListOfStrings(start.bytes) {
        throw refuse("a JSON array of strings", "'.[] | {text: .}'")
      }
    }
    return start.hasSuffix(".jsonl", ".ndjson")
  }

  /// Whether what begins so is a list whose first element is a string, and not only a text in
  /// brackets.
  private static func isListOfStrings(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var scanner = JSONScanner(bytes)
    guard scanner.take(UInt8(ascii: "[")), scanner.peek() == UInt8(ascii: "\"") else {
      return false
    }
    guard let value = try? scanner.value(), value.kind == .string else {
      return bytes.count == FileStart.length
    }
    return scanner.peek() == UInt8(ascii: ",") || scanner.peek() == UInt8(ascii: "]")
  }

  /// What helps against a line that is not right, behind the reason.
  func advice(
    _ problem: JSONProblem, _ line: UnsafeRawBufferPointer, _ source: String
  ) -> String {
    let advice = settings.advice
    var parts: [String] = []
    var scanner = JSONScanner(line)
    if scanner.peek() == UInt8(ascii: "[") {
      parts.append("take it apart: " + ForeignContent.command("jq -c '.[]'", source))
    } else if problem.reason.hasPrefix("no member") {
      let names = memberNames(line)
      let list = names.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ")
      parts.append(
        (names.isEmpty ? "it has none" : "it has " + list) + (names.count > 8 ? ", …" : ""))
      if advice.contains(.textMember) { parts.append("name the one with the text: --text-member") }
    } else if settings.isGuess, advice.contains(.format), problem.position >= 0,
      !problem.reason.contains(" in \"")
    {
      parts.append("if the file is plain text, say so: --format text")
    }
    if problem.reason.contains("half a surrogate") || problem.reason.contains("not UTF-8"),
      advice.contains(.dropInvalidBytes)
    {
      parts.append("--drop-invalid-bytes leaves that out")
    }
    if advice.contains(.skipInvalid) { parts.append("--skip-invalid leaves such lines out") }
    return parts.map { "; " + $0 }.joined()
  }

  /// The names of a line's members as they are written, as far as it is sound.
  private func memberNames(_ line: UnsafeRawBufferPointer) -> [String] {
    var scanner = JSONScanner(line)
    var names: [String] = []
    guard scanner.take(UInt8(ascii: "{")) else { return [] }
    while let (range, _) = try? scanner.member(isFirst: names.isEmpty) {
      let name = String(decoding: line[range], as: UTF8.self)
      names.append(name.count > 40 ? name.prefix(40) + "…" : name)
    }
    return names
  }
}
