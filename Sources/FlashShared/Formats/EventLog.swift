import Foundation

/// Machine-readable events: one JSON object a line, `event` and `time` first.
///
/// Lines go to standard output, to a file, or to both. Each line is handed to the system whole and
/// at once, so that a reader never sees half of one and a crash loses none. Where lines go to a file,
/// printing them as well is a courtesy: once nobody takes them, the file goes on alone.
public final class EventLog {
  private let fileDescriptor: Int32?
  private let path: String?
  /// The descriptor that lines are printed to as well, if any.
  private var printDescriptor: Int32?
  private let whenUnread: (FileError) -> Void
  private let digits: Int

  /// - Parameters:
  ///   - path: a file to append to; nil for none.
  ///   - size: the file is first cut to this many bytes, so that events after a checkpoint that a
  ///     run resumes from are not told twice; nil keeps all.
  ///   - toStandardOutput: also print each line.
  ///   - whenUnread: is told once if lines can no longer be printed, beside a file that holds them.
  public init(
    path: String?, truncatedTo size: Int? = nil, toStandardOutput: Bool,
    whenUnread: @escaping (FileError) -> Void = { _ in }
  ) throws {
    self.path = path
    self.whenUnread = whenUnread
    digits = Self.measuredDigits
    printDescriptor = toStandardOutput ? 1 : nil
    guard let path else {
      fileDescriptor = nil
      return
    }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw FileError.cannotCreate(path: path, reason: systemErrorText())
    }
    fileDescriptor = descriptor
    if let size, lseek(descriptor, 0, SEEK_END) > size, ftruncate(descriptor, size) != 0 {
      throw FileError.cannotWrite(path: path, reason: systemErrorText())
    }
  }

  /// Prints events on an open descriptor: 1 is standard output, 2 standard error.
  ///
  /// - Parameter digits: of numbers that are not whole.
  public init(descriptor: Int32, digits: Int = measuredDigits) {
    path = nil
    whenUnread = { _ in }
    self.digits = digits
    fileDescriptor = nil
    printDescriptor = descriptor
  }

  /// Digits of numbers that come from 32-bit floating-point arithmetic.
  public static let measuredDigits = 9
  /// Digits of numbers that are as good as exact, such as sums of bits.
  public static let exactDigits = 15

  deinit {
    if let fileDescriptor { close(fileDescriptor) }
  }

  /// The file's length in bytes; 0 if there is none.
  public var size: Int { fileDescriptor.map { Int(lseek($0, 0, SEEK_END)) } ?? 0 }

  /// Writes one event.
  public func write(_ event: String, _ fields: JSONObject) throws {
    let line = Self.line(event, fields, digits: digits)
    try line.withUnsafeBytes { bytes in
      if let fileDescriptor, let path {
        try writeAll(bytes, to: fileDescriptor, path: path)
      }
      try printLine(bytes)
    }
  }

  private func printLine(_ bytes: UnsafeRawBufferPointer) throws {
    guard let printDescriptor else { return }
    do {
      try writeAll(
        bytes, to: printDescriptor,
        path: printDescriptor == 1 ? "standard output" : "standard error")
    } catch let error as FileError {
      guard fileDescriptor != nil else { throw error }
      self.printDescriptor = nil
      whenUnread(error)
    }
  }

  /// An event as a line, its line feed included.
  public static func line(
    _ event: String, _ fields: JSONObject, digits: Int = measuredDigits
  ) -> [UInt8] {
    var object: JSONObject = ["event": .string(event), "time": .string(timestamp())]
    object.merge(fields)
    return JSONValue.object(object).serialized(digits: digits) + [UInt8(ascii: "\n")]
  }

  /// The time as 2026-01-31T12:34:56.789Z.
  private static func timestamp() -> String {
    Date.now.formatted(
      .iso8601.year().month().day().timeZone(separator: .omitted)
        .time(includingFractionalSeconds: true))
  }
}
