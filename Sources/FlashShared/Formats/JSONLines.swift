import Foundation

/// One JSON object a line, its text under a name; a number `bits` is the document's information
/// content, a string or whole number `id` its name. Blank lines are skipped.
///
/// Nothing but these three members is decoded: what else a line holds may be anything that has the
/// form of JSON, also numbers that nobody could hold, and NaN.
struct JSONLines: DocumentFraming {
  static let name = "jsonl"
  static let summary = "one JSON object a line with its text"

  let settings: DocumentSettings
  private let textMember: [UInt8]

  init(_ settings: DocumentSettings) {
    self.settings = settings
    textMember = Array(settings.textMember.utf8)
  }

  var documentLimit: Int { DocumentReader.standardLineLimit }
  var lengthMend: String { "no line may be longer; cut the document in several lines" }

  func lastBoundary(in bytes: UnsafeRawBufferPointer, searchedBefore: Int) -> Int? {
    bytes[searchedBefore...].lastIndex(of: 0x0A).map { $0 + 1 }
  }

  func forEachDocument(
    in block: DocumentBlock, _ body: (DocumentView) throws -> Void
  ) throws {
    let bytes = block.bytes
    var line = block.firstLine - 1
    var start = 0
    while start < bytes.count {
      let end = bytes.position(of: 0x0A, from: start) ?? bytes.count
      let text = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      line += 1
      start = end + 1
      if text.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      let view: DocumentView
      do throws(JSONProblem) {
        view = try document(in: text, line: line, scratch: block.scratch)
      } catch {
        let reason = error.reason
        guard settings.skipsInvalid else {
          throw DocumentError.badLine(
            source: block.source, line: line, reason: reason + advice(error, text, block.source))
        }
        block.report(.skippedLine, 1, line: line, reason: reason)
        continue
      }
      try body(view)
    }
  }

  /// The members of a line that count.
  private struct Members {
    var text: JSONScanner.Value?
    /// The object of a path's first step.
    var outer: JSONScanner.Value?
    var name: JSONScanner.Value?
    var bits: JSONScanner.Value?
  }

  private func document(
    in line: UnsafeRawBufferPointer, line number: Int, scratch: ByteBuffer
  ) throws(JSONProblem) -> DocumentView {
    var scanner = JSONScanner(line)
    guard scanner.take(UInt8(ascii: "{")) else {
      let isList = scanner.peek() == UInt8(ascii: "[")
      throw JSONProblem(
        position: -1, reason: isList ? "the line is a list, not an object" : "no JSON object")
    }
    var members = Members()
    do throws(JSONProblem) {
      members = try self.members(&scanner, of: textMember[...])
      guard scanner.peek() == nil else { throw scanner.expected("the line's end") }
    } catch {
      throw invalid(error)
    }
    let text = try self.text(members, of: textMember[...], line)
    let damage = settings.cleaning.dropsInvalidBytes ? JSONText.Damage.dropped : .refused
    // The name first, since the text may stay in the scratch memory.
    let name = name(members.name, line, scratch)
    var view = DocumentView(text: line, line: number, isPadded: true)
    do throws(JSONProblem) {
      view.text = try JSONText.decode(line, text.range, scratch: scratch, damage: damage)
    } catch {
      throw invalid(error, "in \"\(settings.textMember)\": ")
    }
    // Line breaks that stand as escapes in the file; in a string they can stand in no other way.
    if settings.cleaning.normalizesLineBreaks, view.text.position(of: 0x0D, from: 0) != nil {
      var cleaner = TextCleaner(settings.cleaning)
      cleaner.clean(scratch, from: 0, isEnd: true)
      scratch.reserve(WordScanner.slack)
      view.text = scratch.bytes
    }
    view.name = name
    view.informationBits = bits(members.bits, line)
    return view
  }

  private func invalid(_ problem: JSONProblem, _ place: String = "") -> JSONProblem {
    JSONProblem(
      position: problem.position,
      reason: "not valid JSON at byte \(problem.position + 1): \(place)\(problem.reason)")
  }

  /// Goes through the object whose bracket was taken.
  private func members(
    _ scanner: inout JSONScanner, of path: ArraySlice<UInt8>
  ) throws(JSONProblem) -> Members {
    let first = path.firstIndex(of: UInt8(ascii: ".")).map { path[..<$0] }
    var members = Members()
    var isFirst = true
    while let (name, value) = try scanner.member(isFirst: isFirst) {
      isFirst = false
      if Self.isName(name, path, scanner.bytes) {
        guard members.text == nil else {
          throw JSONProblem(
            position: name.lowerBound - 1, reason: "the member with the text is there twice")
        }
        members.text = value
      }
      if let first, Self.isName(name, first, scanner.bytes) { members.outer = value }
      if Self.isName(name, Self.idName, scanner.bytes) { members.name = value }
      if Self.isName(name, Self.bitsName, scanner.bytes) { members.bits = value }
    }
    return members
  }

  private static let idName = Array("id".utf8)[...]
  private static let bitsName = Array("bits".utf8)[...]

  /// Whether what stands between a name's quotes is a name. Names with escapes are decoded.
  private static func isName(
    _ range: Range<Int>, _ name: ArraySlice<UInt8>, _ bytes: UnsafeRawBufferPointer
  ) -> Bool {
    let isSame = name.withUnsafeBytes { name in
      guard name.count == range.count, let wanted = name.baseAddress, let base = bytes.baseAddress
      else { return name.count == range.count }
      return memcmp(base + range.lowerBound, wanted, name.count) == 0
    }
    if isSame { return true }
    guard range.count > name.count,
      bytes.position(of: 0x5C, from: range.lowerBound).map(range.contains) == true
    else { return false }
    let scratch = ByteBuffer()
    let decoded = try? JSONText.decode(bytes, range, scratch: scratch, damage: .refused)
    return decoded?.elementsEqual(name) == true
  }

  /// The string under a path: the member of the whole path's name if there is one, otherwise what
  /// the path's rest reaches inside the member of its first step.
  private func text(
    _ members: Members, of path: ArraySlice<UInt8>, _ line: UnsafeRawBufferPointer
  ) throws(JSONProblem) -> JSONScanner.Value {
    if let text = members.text {
      guard text.kind == .string else {
        throw JSONProblem(
          position: -1,
          reason:
            "the member \"\(settings.textMember)\" is \(description(text, line)), not a string"
        )
      }
      return text
    }
    if let point = path.firstIndex(of: UInt8(ascii: ".")), let outer = members.outer,
      outer.kind == .object
    {
      let rest = path[(point + 1)...]
      var scanner = JSONScanner(line, at: outer.range.lowerBound + 1)
      let inner: Members
      do throws(JSONProblem) {
        inner = try self.members(&scanner, of: rest)
      } catch {
        throw invalid(error)
      }
      return try text(inner, of: rest, line)
    }
    throw JSONProblem(position: -1, reason: "no member \"\(settings.textMember)\"")
  }

  private func description(
    _ value: JSONScanner.Value, _ line: UnsafeRawBufferPointer
  ) -> String {
    switch value.kind {
    case .string: "a string"
    case .object: "an object"
    case .list: "a list"
    case .word:
      switch String(decoding: line[value.range], as: UTF8.self) {
      case "null": "null"
      case "true": "true"
      case "false": "false"
      default: "a number"
      }
    }
  }

  /// A document's name: a string, or a whole number as it is written.
  private func name(
    _ value: JSONScanner.Value?, _ line: UnsafeRawBufferPointer, _ scratch: ByteBuffer
  ) -> String? {
    guard let value else { return nil }
    switch value.kind {
    case .string:
      let text = try? JSONText.decode(line, value.range, scratch: scratch, damage: .dropped)
      return text.map { String(decoding: $0, as: UTF8.self) }
    case .word:
      let text = line[value.range]
      let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text
      let isWhole = digits.allSatisfy { (0x30...0x39).contains($0) }
      return isWhole && !digits.isEmpty ? String(decoding: text, as: UTF8.self) : nil
    default: return nil
    }
  }

  private func bits(_ value: JSONScanner.Value?, _ line: UnsafeRawBufferPointer) -> Double? {
    guard let value, value.kind == .word,
      let number = Double(String(decoding: line[value.range], as: UTF8.self)), number.isFinite
    else { return nil }
    return number
  }
}

extension DocumentFormat {
  /// One JSON object a line, its text under the name `textMember`.
  public static func jsonLines(textMember: String) -> Self {
    var settings = DocumentSettings()
    settings.textMember = textMember
    return DocumentFormat(JSONLines.self, settings)
  }
}
