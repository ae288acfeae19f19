import Foundation

extension TokenDocument {
  /// The document as one line of JSON, its line feed included.
  ///
  /// Members: `tokens`, `characters`, `bytes`, and where they are known `id`, `bits` and
  /// `continues`.
  public func jsonLine() -> [UInt8] {
    var line = Array("{\"tokens\":[".utf8)
    for (index, id) in ids.enumerated() {
      if index > 0 { line.append(UInt8(ascii: ",")) }
      line.append(contentsOf: String(id).utf8)
    }
    line.append(contentsOf: "],\"characters\":\(characters),\"bytes\":\(bytes)".utf8)
    if let name {
      line.append(contentsOf: Array(",\"id\":".utf8) + JSONValue.string(name).serialized())
    }
    if let informationBits {
      line.append(
        contentsOf: Array(",\"bits\":".utf8) + JSONValue.number(informationBits).serialized())
    }
    if continuesPrevious { line.append(contentsOf: ",\"continues\":true".utf8) }
    line.append(contentsOf: "}\n".utf8)
    return line
  }

  /// Reads a line of JSON, an object or a list of ids, into this document, all of whose members are
  /// replaced.
  mutating func parse(jsonLine: UnsafeRawBufferPointer, source: String, line: Int) throws {
    func failure(_ reason: String) -> TokenStreamError {
      .badLine(source: source, line: line, reason: reason)
    }
    let object = try JSONValue(parsing: jsonLine, source: source, line: line)
    guard let tokens = object["tokens"]?.arrayValue ?? object.arrayValue else {
      throw failure(
        "no \"tokens\" list; expected {\"tokens\": [1, 2, 3]} or [1, 2, 3]"
          + (object["text"] == nil ? "" : "; encode text with 'fl-tokenize encode'"))
    }
    ids.removeAll(keepingCapacity: true)
    for (index, token) in tokens.enumerated() {
      guard let id = token.integerValue, id >= 0, id <= Int32.max else {
        throw failure("element \(index) of \"tokens\" is not an id; ids are whole and not negative")
      }
      ids.append(Int32(id))
    }
    func count(_ name: String) throws -> Int {
      guard let value = object[name] else { return 0 }
      guard let number = value.integerValue, number >= 0, number <= 1 << 56 else {
        throw failure("\"\(name)\" is not a count")
      }
      return number
    }
    characters = try count("characters")
    bytes = try count("bytes")
    informationBits = object["bits"]?.doubleValue
    name = object["id"]?.stringValue
    continuesPrevious = object["continues"]?.booleanValue ?? false
  }
}
