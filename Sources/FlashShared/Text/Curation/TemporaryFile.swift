import Foundation

/// A file for intermediate data that has no name: whatever ends the process, nothing stays behind.
final class TemporaryFile {
  private let descriptor: Int32
  private let folder: String
  /// How many bytes have been appended.
  private(set) var count = 0

  /// - Parameter folder: where the space is taken; the system's folder for temporary files if nil.
  init(folder: String? = nil) throws {
    let place = folder ?? ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    self.folder = place
    var template = Array("\(place)/flashlm-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw FileError.cannotCreate(path: place, reason: systemErrorText())
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(template)
  }

  deinit { close(descriptor) }

  /// Appends bytes and returns where they are.
  func append(_ bytes: UnsafeRawBufferPointer) throws -> Range<Int> {
    try writeAll(bytes, to: descriptor, path: "\(folder) (temporary file)")
    count += bytes.count
    return (count - bytes.count)..<count
  }

  /// Appends what was written at a place to a buffer.
  func read(_ range: Range<Int>, into buffer: inout [UInt8]) throws {
    let start = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: range.count))
    try buffer.withUnsafeMutableBytes { bytes in
      var done = 0
      while done < range.count {
        let received = pread(
          descriptor, bytes.baseAddress.map { $0 + start + done }, range.count - done,
          off_t(range.lowerBound + done))
        if received < 0 && errno == EINTR { continue }
        guard received > 0 else {
          throw FileError.cannotRead(
            path: "\(folder) (temporary file)", reason: systemErrorText())
        }
        done += received
      }
    }
  }
}
