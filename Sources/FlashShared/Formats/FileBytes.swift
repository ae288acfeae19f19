import Foundation

/// The bytes of a file, mapped read-only: nothing is copied, and pages come in as they are used.
///
/// The length is the file's when it was opened. A file that another process shortens afterwards
/// is outside what can be defended against; files of the tools are replaced whole, never cut.
public final class FileBytes: Sendable {
  /// The path it was opened under.
  public let path: String
  /// How many bytes there are.
  public let count: Int
  private let address: UInt

  /// Maps a regular file.
  public init(path: String) throws {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FileError.cannotOpen(path: path, reason: systemErrorText())
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw FileError.cannotOpen(path: path, reason: systemErrorText())
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError.cannotOpen(path: path, reason: "not a regular file")
    }
    count = Int(status.st_size)
    guard count > 0 else {
      address = 0
      return
    }
    let mapping = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapping, mapping != MAP_FAILED else {
      throw FileError.cannotRead(path: path, reason: systemErrorText())
    }
    address = UInt(bitPattern: mapping)
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
