import CJansson
import Foundation

/// What is wrong with a piece of JSON.
public struct JSONError: ReportableError, Equatable {
  /// Where the text came from: a path, or "standard input".
  public let source: String
  /// The line in the source, from 1.
  public let line: Int
  /// What the parser found.
  public let reason: String

  public var exitStatus: ExitStatus { .badData }
  public var description: String { "\(source):\(line): not valid JSON: \(reason)" }
}

extension JSONValue {
  /// Parses one JSON text. Duplicate names, numbers that no `Int` or `Double` holds, and anything
  /// after the value are refused. A byte order mark where the source begins is skipped.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8.
  ///   - source: what error messages call the text.
  ///   - line: the line on which the text begins in its source.
  public init(parsing bytes: some Collection<UInt8>, source: String, line: Int = 1) throws {
    let contiguous = bytes.withContiguousStorageIfAvailable { buffer in
      Result { try Self.parse(UnsafeRawBufferPointer(buffer), source, line) }
    }
    self = try
      (contiguous
      ?? Result {
        try Array(bytes).withUnsafeBytes { try Self.parse($0, source, line) }
      }).get()
  }

  /// Parses a whole file; `-` is standard input.
  public init(contentsOf path: String) throws {
    let file = try FileBytes(path: path)
    self = try withExtendedLifetime(file) { try Self.parse(file.bytes, file.path, 1) }
  }

  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private static func parse(
    _ whole: UnsafeRawBufferPointer, _ source: String, _ line: Int
  ) throws -> JSONValue {
    let isMarked = line == 1 && whole.starts(with: byteOrderMark)
    let bytes = isMarked ? UnsafeRawBufferPointer(rebasing: whole.dropFirst(3)) : whole
    var failure = json_error_t()
    let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
    let flags = Int(JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL)
    guard let start, let root = json_loadb(start, bytes.count, flags, &failure) else {
      let reason =
        start == nil
        ? "empty"
        : withUnsafeBytes(of: failure.text) {
          String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
      throw JSONError(
        source: source, line: line - 1 + max(1, Int(failure.line)), reason: reason)
    }
    defer { json_decref(root) }
    return JSONValue(root)
  }

  /// Copies a jansson value, whose depth the parser has bounded (2,048).
  private init(_ value: UnsafeMutablePointer<json_t>) {
    switch value.pointee.type {
    case JSON_OBJECT:
      var object = JSONObject()
      var iterator = json_object_iter(value)
      while let current = iterator {
        let name = UnsafeRawBufferPointer(
          start: json_object_iter_key(current), count: json_object_iter_key_len(current))
        if let member = json_object_iter_value(current) {
          object[String(decoding: name, as: UTF8.self)] = JSONValue(member)
        }
        iterator = json_object_iter_next(value, current)
      }
      self = .object(object)
    case JSON_ARRAY:
      self = .array((0..<json_array_size(value)).map { JSONValue(json_array_get(value, $0)) })
    case JSON_STRING:
      let text = UnsafeRawBufferPointer(
        start: json_string_value(value), count: json_string_length(value))
      self = .string(String(decoding: text, as: UTF8.self))
    case JSON_INTEGER: self = .integer(Int(json_integer_value(value)))
    case JSON_REAL: self = .number(json_real_value(value))
    case JSON_TRUE: self = .boolean(true)
    case JSON_FALSE: self = .boolean(false)
    default: self = .null
    }
  }

  /// The value as JSON text in UTF-8, on one line unless `isPretty`.
  ///
  /// Numbers that are not finite, which JSON cannot hold, become null.
  ///
  /// - Parameter digits: significant digits of floating-point numbers; 17 give every `Double`
  ///   back exactly.
  public func serialized(digits: Int = 17, isPretty: Bool = false) -> [UInt8] {
    let root = janssonValue()
    defer { json_decref(root) }
    let layout = isPretty ? 2 : Int(JSON_COMPACT)
    guard let text = json_dumps(root, Int(JSON_ENCODE_ANY) | layout | (digits & 0x1F) << 11) else {
      fatalError("jansson cannot write its value")
    }
    defer { free(text) }
    return [UInt8](UnsafeRawBufferPointer(start: text, count: strlen(text)))
  }

  private func janssonValue() -> UnsafeMutablePointer<json_t> {
    switch self {
    case .null: return json_null()
    case .boolean(let value): return value ? json_true() : json_false()
    case .integer(let value): return json_integer(json_int_t(value))
    case .number(let value): return value.isFinite ? json_real(value) : json_null()
    case .string(let value):
      return Self.withCharacters(of: value) { json_stringn($0, $1) }
    case .array(let elements):
      let array: UnsafeMutablePointer<json_t> = json_array()
      for element in elements { json_array_append_new(array, element.janssonValue()) }
      return array
    case .object(let object):
      let result: UnsafeMutablePointer<json_t> = json_object()
      for (name, value) in object.members {
        _ = Self.withCharacters(of: name) {
          json_object_setn_new(result, $0, $1, value.janssonValue())
        }
      }
      return result
    }
  }

  /// A string as jansson takes it: an address and a length, so that NUL bytes survive.
  private static func withCharacters<Result>(
    of text: String, _ body: (UnsafePointer<CChar>, Int) -> Result
  ) -> Result {
    text.withCString { body($0, text.utf8.count) }
  }
}
