import Foundation

/// The bytes of a file. A regular file is mapped read-only: nothing is copied, and pages come in as
/// they are used. What can be read only once, such as a pipe, is read to its end.
///
/// The length is the file's when it was opened. A file that another process shortens afterwards
/// is outside what can be defended against; files of the tools are replaced whole, never cut.
public final class FileBytes: Sendable {
  /// What error messages call it: the path it was opened under, or "standard input".
  public let path: String
  /// How many bytes there are.
  public let count: Int
  private let address: UInt
  /// Whether the pages come from a file, which can give them again.
  private let isMapped: Bool

  /// Maps a regular file, or reads what is none to its end; `-` is standard input.
  public init(path: String) throws {
    let isStandardInput = path == "-"
    self.path = isStandardInput ? "standard input" : path
    let descriptor = isStandardInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FileError.cannotOpen(path: self.path, reason: systemErrorText())
    }
    defer { if !isStandardInput { close(descriptor) } }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw FileError.cannotOpen(path: self.path, reason: systemErrorText())
    }
    let kind = status.st_mode & S_IFMT
    guard kind != S_IFDIR else {
      throw FileError.cannotOpen(path: self.path, reason: "it is a folder, not a file")
    }
    let isMapped = kind == S_IFREG && !isStandardInput
    self.isMapped = isMapped
    let content =
      isMapped
      ? nil : try Self.readToEnd(ByteSource(descriptor: descriptor, name: self.path))
    let count = content?.count ?? Int(status.st_size)
    self.count = count
    guard count > 0 else {
      address = 0
      return
    }
    let mapping =
      isMapped
      ? mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
      : mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapping, mapping != MAP_FAILED else {
      throw FileError.cannotRead(path: self.path, reason: systemErrorText())
    }
    content?.withUnsafeBytes { bytes in
      UnsafeMutableRawBufferPointer(start: mapping, count: count).copyMemory(from: bytes)
    }
    address = UInt(bitPattern: mapping)
  }

  /// Whether a path names a regular file, which can be read as often as one likes.
  static func isRegular(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// The most that is taken from a pipe, so that an endless one ends with an error.
  private static let largestStream = 1 << 32

  private static func readToEnd(_ source: ByteSource) throws -> [UInt8] {
    var content: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let received = try block.withUnsafeMutableBytes { try source.read(into: $0) }
      if received == 0 { return content }
      content += block[..<received]
      guard content.count <= largestStream else {
        throw FileError.cannotRead(
          path: source.name, reason: "no end within \(largestStream >> 30) GiB; give a file")
      }
    }
  }

  deinit {
    if count > 0 { munmap(UnsafeMutableRawPointer(bitPattern: address), count) }
  }

  /// The bytes; valid as long as this object is, so keep it (`withExtendedLifetime`) while they
  /// are read.
  public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count)
  }

  /// Tells the system that the file is read from front to back.
  public func willReadSequentially() {
    if count > 0 { madvise(UnsafeMutableRawPointer(bitPattern: address), count, MADV_SEQUENTIAL) }
  }

  /// Gives back the memory of pages that were read; they come in again if they are used. Without
  /// this a file that is read once through counts as this process's memory, up to its whole length.
  public func forget(_ range: Range<Int>) {
    guard isMapped else { return }
    // Whole pages inside the range, so that none is given back that others still read.
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound == count ? count : range.upperBound / page * page
    guard start < end, let first = UnsafeMutableRawPointer(bitPattern: address + UInt(start))
    else { return }
    madvise(first, end - start, MADV_DONTNEED)
  }

  /// A copy of the bytes in a range, which must lie inside the file.
  public func copy(_ range: Range<Int>) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "outside the file")
    return [UInt8](UnsafeRawBufferPointer(rebasing: bytes[range]))
  }
}

/// Writes all bytes to a descriptor, however many calls it takes.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
  var rest = bytes
  while let start = rest.baseAddress, rest.count > 0 {
    let written = write(descriptor, start, rest.count)
    if written < 0 {
      if errno == EINTR { continue }
      throw FileError.cannotWrite(path: path, reason: systemErrorText())
    }
    rest = UnsafeRawBufferPointer(rebasing: rest[written...])
  }
}
