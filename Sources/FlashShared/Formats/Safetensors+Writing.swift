extension Safetensors {
  public static func write(
    _ tensors: [TensorSource], metadata: [String: String], to path: String
  ) throws {
    var bytes = header(tensors, metadata: metadata)
    bytes += [UInt8](repeating: UInt8(ascii: " "), count: (8 - bytes.count % 8) % 8)
    withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { length in
      bytes.insert(contentsOf: length, at: 0)
    }
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    for tensor in tensors { try tensor.write(file) }
    try file.commit()
  }

  /// Writes tensors that lie in arrays to a file that appears whole or not at all.
  ///
  /// - Parameters:
  ///   - tensors: names, shapes and numbers, written in this order.
  ///   - byteTensors: names and bytes of flat tensors, written behind them.
  ///   - metadata: strings for `__metadata__`.
  public static func write(
    _ tensors: [(name: String, shape: [Int], values: [Float])],
    bytes byteTensors: [(name: String, bytes: [UInt8])] = [], metadata: [String: String],
    to path: String
  ) throws {
    try write(
      tensors.map { TensorSource($0.name, $0.shape, $0.values) }
        + byteTensors.map { TensorSource($0.name, bytes: $0.bytes) },
      metadata: metadata, to: path)
  }

  private static func header(
    _ tensors: [TensorSource], metadata: [String: String]
  ) -> [UInt8] {
    var header = JSONObject()
    if !metadata.isEmpty {
      var object = JSONObject()
      for (key, text) in metadata.sorted(by: { $0.key < $1.key }) { object[key] = .string(text) }
      header["__metadata__"] = .object(object)
    }
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.byteCount
      header[tensor.name] = [
        "dtype": .string(tensor.content == .bytes ? "U8" : "F32"),
        "shape": .array(tensor.shape.map { .integer($0) }),
        "data_offsets": [.integer(offset), .integer(end)],
      ]
      offset = end
    }
    return JSONValue.object(header).serialized()
  }
}
