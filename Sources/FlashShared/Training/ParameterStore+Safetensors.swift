extension ParameterStore {
  /// Sets all parameters from a file.
  ///
  /// - Parameters:
  ///   - prefix: what the tensors' names begin with in the file.
  ///   - isIgnored: tells which other tensors may be there.
  public func load(
    _ file: any WeightFormat, prefix: String = "",
    ignoring isIgnored: (String) -> Bool = { _ in false }
  ) throws {
    for parameter in layout.parameters {
      let name = prefix + parameter.name
      guard let shape = file.shape(of: name) else {
        throw SafetensorsError(
          path: file.path, reason: "there is no tensor \"\(name)\"", mend: .otherModel)
      }
      guard shape == parameter.shape else {
        throw SafetensorsError(
          path: file.path,
          reason: "tensor \"\(name)\" is \(shape), the model has \(parameter.shape)",
          mend: .otherModel)
      }
      setValues(try file.values(of: name), of: parameter)
    }
    for parameter in layout.packedParameters { try loadPacked(parameter, file) }
    let known = Set(
      layout.parameters.map { prefix + $0.name }
        + layout.packedParameters.flatMap { [$0.scalesName, $0.tritsName] })
    if let other = file.names.first(where: { !known.contains($0) && !isIgnored($0) }) {
      throw SafetensorsError(
        path: file.path, reason: "the model has no parameter for tensor \"\(other)\"",
        mend: .otherModel)
    }
    updateDerived()
  }

  /// Writes all parameters to a file that appears whole or not at all, from where they are.
  func write(to path: String, metadata: [String: String]) throws {
    try Safetensors.write(
      layout.parameters.map { TensorSource($0.name, $0.shape, values, $0.range) },
      metadata: metadata, to: path)
  }

  /// Copies of all parameters, as they are written to a file.
  public var tensors: [(name: String, shape: [Int], values: [Float])] {
    layout.parameters.map { ($0.name, $0.shape, copyValues(of: $0)) }
  }
}

extension TensorSource {
  /// Numbers of a buffer, which is kept until they are written.
  init(_ name: String, _ shape: [Int], _ buffer: FloatBuffer, _ range: Range<Int>) {
    self.init(name: name, shape: shape, content: .float32) { file in
      try withExtendedLifetime(buffer) {
        try file.write(UnsafeRawBufferPointer(buffer[range]))
      }
    }
  }
}

// MARK: - Packed ternary weights

/// What marks a file whose ternary weights are packed.
enum PackedTernaryFile {
  static let key = "ternary_weights"
  static let value = "packed"

  /// Whether a file holds ternary weights in packed form.
  static func isPacked(_ file: any WeightFormat) -> Bool { file.metadata[key] == value }
}

extension Parameter {
  /// The tensor of a packed matrix's scales, [out] or [1], float32.
  var scalesName: String { "\(name).scales" }
  /// The tensor of a packed matrix's words, little-endian, as bytes.
  var tritsName: String { "\(name).trits" }
}

extension ParameterStore {
  private func loadPacked(_ parameter: Parameter, _ file: any WeightFormat) throws {
    let (scales, words) = packed(parameter)
    let rowScales = try file.values(of: parameter.scalesName)
    let bytes = try file.bytes(of: parameter.tritsName)
    guard rowScales.count == parameter.packedScaleCount, bytes.count == words.count else {
      throw SafetensorsError(
        path: file.path,
        reason: "the packed weights of \"\(parameter.name)\" are not of \(parameter.shape)")
    }
    if let row = rowScales.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw SafetensorsError(
        path: file.path,
        reason: "tensor \"\(parameter.scalesName)\": number \(row), \(rowScales[row]), is no scale")
    }
    if let place = bytes.withUnsafeBytes(Kernel.firstInvalidTernaryByte) {
      throw SafetensorsError(
        path: file.path,
        reason: "tensor \"\(parameter.tritsName)\": byte \(place) is no five ternary weights")
    }
    scales.update(from: rowScales, count: rowScales.count)
    words.copyBytes(from: bytes)
  }

  /// Writes the parameters with the ternary ones in packed form, at 1.6 bits a weight.
  ///
  /// - Parameter packed: the layout of the same model in which they are packed.
  func writePacked(_ packed: ParameterLayout, to path: String) throws {
    let sources = Dictionary(
      uniqueKeysWithValues: layout.derived.map { ($0.result.name, $0.result) })
    var tensors = packed.parameters.map { parameter in
      let source = layout[parameter.name]
      precondition(source?.shape == parameter.shape, "the layouts are of two models")
      return (parameter.name, parameter.shape, source.map(copyValues) ?? [])
    }
    var bytes: [(name: String, bytes: [UInt8])] = []
    for parameter in packed.packedParameters {
      guard let source = sources[parameter.name] else {
        preconditionFailure("the layouts are of two models")
      }
      var scales = [Float](repeating: 0, count: parameter.packedScaleCount)
      var words = [UInt32](repeating: 0, count: parameter.packedWordCount)
      Kernel.packTernary(
        derivedValues.pointer + source.valueOffset, &words, scales: &scales,
        scaleCount: scales.count, rows: parameter.shape[0], columns: parameter.shape[1])
      tensors.append((parameter.scalesName, [scales.count], scales))
      bytes.append(
        (
          parameter.tritsName,
          words.flatMap { word in
            withUnsafeBytes(of: word.littleEndian, Array.init)
          }
        ))
    }
    try Safetensors.write(
      tensors, bytes: bytes, metadata: [PackedTernaryFile.key: PackedTernaryFile.value], to: path)
  }
}
