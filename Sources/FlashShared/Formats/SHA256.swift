import CCrypto

/// SHA-256 over bytes that come in pieces, computed by the system's libcrypto.
///
/// Source: FIPS 180-4.
public struct SHA256: ~Copyable {
  /// The bytes of a digest.
  public static let byteCount = 32

  private let context: OpaquePointer

  /// A digest of no bytes yet.
  public init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      fatalError("libcrypto has no SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Adds bytes to what is hashed.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "no digest")
  }

  /// Adds bytes to what is hashed.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The digest of all bytes that were added, ``byteCount`` of them. Nothing can be added afterwards.
  public mutating func finalize() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
      precondition(EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1, "no digest")
      count = Self.byteCount
    }
  }

  /// The digest of bytes that lie together.
  public static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var hasher = SHA256()
    hasher.update(bytes)
    return hasher.finalize()
  }

  /// The digest of bytes that lie together.
  public static func hash(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBytes { hash($0) }
  }

  /// The digest of a file in hexadecimal, as `sha256sum` prints it. What was read is given back to
  /// the system.
  ///
  /// - Throws: `Interruption` when a signal asks for the end.
  static func hash(of file: FileBytes) throws -> String {
    var hasher = SHA256()
    var position = 0
    while position < file.count {
      try Interruption.check()
      let end = min(position + 1 << 24, file.count)
      hasher.update(UnsafeRawBufferPointer(rebasing: file.bytes[position..<end]))
      file.forget(position..<end)
      position = end
    }
    return hexadecimal(hasher.finalize())
  }
}

/// Bytes as lowercase hexadecimal digits.
public func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}
