extension ParameterStore {
  /// Sets all parameters from a file.
  ///
  /// - Parameters:
  ///   - prefix: what the tensors' names begin with in the file.
  ///   - isIgnored: tells which other tensors may be there.
  public func load(
    _ file: Safetensors, prefix: String = "", ignoring isIgnored: (String) -> Bool = { _ in false }
  ) throws {
    for parameter in layout.parameters {
      let name = prefix + parameter.name
      guard let shape = file.shape(of: name) else {
        throw SafetensorsError(path: file.path, reason: "there is no tensor \"\(name)\"")
      }
      guard shape == parameter.shape else {
        throw SafetensorsError(
          path: file.path,

          reason: "tensor \"\(name)\" is \(shape), the model has \(parameter.shape)")
      }
      setValues(try file.values(of: name), of: parameter)
    }
    let known = Set(layout.parameters.map { prefix + $0.name })
    if let other = file.names.first(where: { !known.contains($0) && !isIgnored($0) }) {
      throw SafetensorsError(
        path: file.path, reason: "the model has no parameter for tensor \"\(other)\"")
    }
    updateDerived()
  }

  /// All parameters as they are written to a file.
  public var tensors: [(name: String, shape: [Int], values: [Float])] {
    layout.parameters.map { ($0.name, $0.shape, copyValues(of: $0)) }
  }
}
