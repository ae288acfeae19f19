/// A format of files that hold named tensors: how they are read and how they are written.
///
/// A new one is a type that conforms, in a file of its own, and its place in `WeightFormats.all`.
public protocol WeightFormat: Sendable {
  /// What the names of such files end in, without the dot.
  static var fileExtension: String { get }

  /// Opens and checks a file.
  init(path: String) throws

  /// Writes tensors, in this order, to a file that appears whole or not at all.
  ///
  /// - Parameter metadata: strings that go with them.
  static func write(_ tensors: [TensorSource], metadata: [String: String], to path: String) throws

  /// The path it was opened under.
  var path: String { get }
  /// The strings that go with the tensors.
  var metadata: [String: String] { get }
  /// The tensors' names in the order of the data.
  var names: [String] { get }
  /// The shape of a tensor; nil if there is none of that name.
  func shape(of name: String) -> [Int]?
  /// The numbers of a tensor in row order; those of fewer bits are widened.
  func values(of name: String) throws -> [Float]
  /// The bytes of a tensor of bytes.
  func bytes(of name: String) throws -> [UInt8]
}

/// The formats that are known.
public enum WeightFormats {
  /// The first is what files of an unknown ending are taken for.
  static let all: [any WeightFormat.Type] = [Safetensors.self]

  /// Opens a file in the format that its name's ending stands for.
  public static func open(_ path: String) throws -> any WeightFormat {
    try (all.first { path.hasSuffix(".\($0.fileExtension)") } ?? all[0]).init(path: path)
  }
}

/// A tensor that is to be written: its numbers are read where they lie, when their turn comes.
public struct TensorSource {
  /// What the numbers are.
  enum Content { case float32, bytes }

  let name: String
  let shape: [Int]
  let content: Content
  /// Appends the numbers, little-endian, in row order.
  let write: (AtomicFile) throws -> Void

  init(
    name: String, shape: [Int], content: Content, write: @escaping (AtomicFile) throws -> Void
  ) {
    self.name = name
    self.shape = shape
    self.content = content
    self.write = write
  }

  /// Numbers of an array.
  public init(_ name: String, _ shape: [Int], _ values: [Float]) {
    precondition(values.count == shape.reduce(1, *), "\(name): shape and numbers differ")
    self.init(name: name, shape: shape, content: .float32) { file in
      try values.withUnsafeBytes { try file.write($0) }
    }
  }

  /// A flat tensor of bytes.
  public init(_ name: String, bytes: [UInt8]) {
    self.init(name: name, shape: [bytes.count], content: .bytes) { try $0.write(bytes) }
  }

  /// How many bytes `write` appends.
  var byteCount: Int { shape.reduce(1, *) * (content == .bytes ? 1 : 4) }
}
