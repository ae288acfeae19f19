/// Brings records into a random order in bounded memory.
///
/// Each record gets a key, the stream's number at the record's index; the order is that of the
/// keys, so it depends on the stream and the number of records alone, not on the memory. Records
/// are collected in 256 buckets by the key's highest byte; when they outgrow the memory, all
/// buckets are written to a temporary file. At the end one bucket at a time is read and sorted:
/// the largest needs about 1/256 of the data.
final class ExternalShuffle {
  private let stream: RandomStream
  private let memoryLimit: Int
  private let folder: String?
  private var file: TemporaryFile?
  private var buckets = [Bucket](repeating: Bucket(), count: 256)
  private var bytesHeld = 0
  /// How many records there are.
  private(set) var count = 0

  /// Memory that is used unless another limit is given: 512 MiB.
  static let standardMemory = 1 << 29

  private struct Bucket {
    /// Records one after the other: key, index, length, bytes.
    var buffer: [UInt8] = []
    var spilled: [Range<Int>] = []
  }

  private static let headSize = 24

  init(stream: RandomStream, memoryLimit: Int = standardMemory, folder: String? = nil) {
    self.stream = stream
    self.memoryLimit = memoryLimit
    self.folder = folder
  }

  /// Adds a record.
  func append(_ record: UnsafeRawBufferPointer) throws {
    let key = stream.bits(at: UInt64(count))
    let bucket = Int(key >> 56)
    buckets[bucket].buffer.append(littleEndian: key)
    buckets[bucket].buffer.append(littleEndian: UInt64(count))
    buckets[bucket].buffer.append(littleEndian: UInt64(record.count))
    buckets[bucket].buffer.append(contentsOf: record)
    count += 1
    bytesHeld += Self.headSize + record.count
    if bytesHeld > memoryLimit { try spill() }
  }

  private func spill() throws {
    let file = try self.file ?? TemporaryFile(folder: folder)
    self.file = file
    for index in buckets.indices where !buckets[index].buffer.isEmpty {
      try Interruption.check()
      buckets[index].spilled.append(
        try buckets[index].buffer.withUnsafeBytes { try file.append($0) })
      buckets[index].buffer = []
    }
    bytesHeld = 0
  }

  /// Hands out all records in their new order; afterwards there are none.
  func drain(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    if file != nil { try spill() }
    for index in buckets.indices {
      try Interruption.check()
      var bytes = buckets[index].buffer
      for range in buckets[index].spilled { try file?.read(range, into: &bytes) }
      buckets[index] = Bucket()
      try bytes.withUnsafeBytes { bytes in
        var records: [(key: UInt64, index: UInt64, range: Range<Int>)] = []
        var position = 0
        while position < bytes.count {
          let start = position + Self.headSize
          let end = start + Int(bytes.number(UInt64.self, at: position + 16))
          records.append(
            (
              bytes.number(UInt64.self, at: position), bytes.number(UInt64.self, at: position + 8),
              start..<end
            ))
          position = end
        }
        records.sort { ($0.key, $0.index) < ($1.key, $1.index) }
        for record in records {
          try body(UnsafeRawBufferPointer(rebasing: bytes[record.range]))
        }
      }
    }
    count = 0
    bytesHeld = 0
    file = nil
  }
}
