/// How a parameter's numbers are drawn before training.
public enum Initialization: Sendable, Equatable {
  /// Every number is the same.
  case constant(Float)
  /// Normal with mean 0.
  case normal(standardDeviation: Float)
  /// Normal with another mean.
  case shiftedNormal(mean: Float, standardDeviation: Float)
  /// Uniform between −bound and bound.
  case uniform(bound: Float)
}

/// A handle of weights that a model declares and operations read.
public struct Parameter: Sendable, Equatable {
  /// Whose numbers they are.
  enum Storage: Sendable, Equatable {
    /// Trained by the optimiser, kept in checkpoints.
    case trained
    /// Computed from trained ones once per optimiser step.
    case derived
    /// Ternary, read from a file in packed form; without gradient.
    case packed
  }

  /// The place in the layout's list of trained, or of derived, parameters.
  let index: Int
  /// The name in checkpoints, as the reference card has it.
  public let name: String
  /// The extents, outermost first; a linear map is [out, in].
  public let shape: [Int]
  let storage: Storage
  /// Where the values begin in the block that `storage` names.
  let valueOffset: Int
  /// Where the gradient begins: that of the source for a derived parameter.
  let gradientOffset: Int
  /// Whether operations give it no gradient: its numbers are used as they are.
  private(set) var isFrozen = false

  /// The same numbers without a gradient.
  var frozen: Parameter {
    var result = self
    result.isFrozen = true
    return result
  }

  /// How many numbers there are.
  public var count: Int { shape.reduce(1, *) }
  /// The words of a matrix in packed form.
  var packedWordCount: Int {
    Kernel.packedTernaryWordCount(rows: shape[0], columns: shape[1])
  }
  /// The scales of a matrix in packed form: one for each row, or one for all.
  var packedScaleCount = 0
  /// Where the words begin, behind the scales.
  var packedWordOffset: Int { valueOffset + ParameterLayout.padded(packedScaleCount) }

  /// Some rows of a matrix, which share its memory.
  func rows(_ range: Range<Int>) -> Parameter {
    precondition(0 <= range.lowerBound && range.upperBound <= shape[0], "no such rows")
    let start = range.lowerBound * (count / shape[0])
    return Parameter(
      index: index, name: name, shape: [range.count] + shape.dropFirst(), storage: storage,
      valueOffset: valueOffset + start, gradientOffset: gradientOffset + start,
      isFrozen: isFrozen)
  }

  /// Whether another matrix begins where this one ends, so that both can be read as one.
  func isFollowed(by other: Parameter) -> Bool {
    storage == other.storage && storage != .packed && isFrozen == other.isFrozen
      && shape.dropFirst() == other.shape.dropFirst()
      && valueOffset + count == other.valueOffset
      && gradientOffset + count == other.gradientOffset
  }

  /// This matrix and the rows of those that follow it in memory, `rows` in all.
  func extended(to rows: Int) -> Parameter {
    Parameter(
      index: index, name: name, shape: [rows] + shape.dropFirst(), storage: storage,
      valueOffset: valueOffset, gradientOffset: gradientOffset, isFrozen: isFrozen)
  }

  /// The place of the gradient in a gradient buffer.
  var range: Range<Int> { gradientOffset..<gradientOffset + count }
}

/// A parameter whose values are computed from another's once per optimiser step, such as the
/// ternary form of a weight matrix. Its gradient passes straight through to the source.
struct DerivedParameter: Sendable {
  /// The trained tensor.
  let source: Parameter
  /// The computed one, of the same shape.
  let result: Parameter
  /// Computes all values from the source's.
  let compute: @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
}

/// The list of a model's parameters: names, shapes, places in memory and initialisation.
///
/// A model fills it while its layers are made. The values lie in one block in the order of
/// declaration, so that the optimiser and the reduction of gradients are loops over one array.
public struct ParameterLayout: Sendable {
  /// The trained parameters in the order of declaration.
  public private(set) var parameters: [Parameter] = []
  /// How each is drawn.
  private(set) var initializations: [Initialization] = []
  /// What is computed once per step.
  private(set) var derived: [DerivedParameter] = []
  /// Ternary matrices in packed form, in the order of declaration.
  private(set) var packedParameters: [Parameter] = []
  /// Whether ternary matrices are declared in packed form, for evaluation and decoding alone.
  let packsTernary: Bool
  /// The length of the block of trained values, gaps included.
  private(set) var storageCount = 0
  /// The length of the block of derived values, gaps included.
  private(set) var derivedStorageCount = 0
  /// The length of the block of packed values, gaps included, in units of four bytes.
  private(set) var packedStorageCount = 0

  public init(packsTernary: Bool = false) { self.packsTernary = packsTernary }

  /// The number of trained numbers, those in packed form included.
  public var count: Int { (parameters + packedParameters).reduce(0) { $0 + $1.count } }

  /// Adds a trained parameter.
  public mutating func declare(
    _ name: String, _ shape: [Int], _ initialization: Initialization
  ) -> Parameter {
    precondition(self[name] == nil, "\(name) is declared twice")
    let parameter = Parameter(
      index: parameters.count, name: name, shape: shape, storage: .trained,
      valueOffset: storageCount, gradientOffset: storageCount)
    parameters.append(parameter)
    initializations.append(initialization)
    storageCount += Self.padded(parameter.count)
    return parameter
  }

  /// Adds a parameter that is computed from a trained one.
  mutating func derive(
    from source: Parameter,
    _ compute: @escaping @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) -> Parameter {
    let result = Parameter(
      index: derived.count, name: source.name, shape: source.shape, storage: .derived,
      valueOffset: derivedStorageCount, gradientOffset: source.gradientOffset)
    derived.append(DerivedParameter(source: source, result: result, compute: compute))
    derivedStorageCount += Self.padded(source.count)
    return result
  }

  /// Adds a ternary matrix in packed form.
  ///
  /// - Parameter scales: one for each row, or one for all.
  mutating func declarePacked(_ name: String, _ shape: [Int], scales: Int) -> Parameter {
    precondition(scales == 1 || scales == shape[0], "not a number of scales")
    let parameter = Parameter(
      index: packedParameters.count, name: name, shape: shape, storage: .packed,
      valueOffset: packedStorageCount, gradientOffset: 0, packedScaleCount: scales)
    packedParameters.append(parameter)
    packedStorageCount = parameter.packedWordOffset + Self.padded(parameter.packedWordCount)
    return parameter
  }

  /// The trained parameter with a name.
  public subscript(name: String) -> Parameter? { parameters.first { $0.name == name } }

  /// Each parameter begins on a cache line.
  fileprivate static func padded(_ count: Int) -> Int { (count + 15) & ~15 }
}
