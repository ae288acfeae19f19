import Synchronization

/// The values of a model's parameters, shared by all workers.
public final class ParameterStore: Sendable {
  /// What is stored.
  public let layout: ParameterLayout
  let values: FloatBuffer
  let derivedValues: FloatBuffer
  /// Scales and words of ternary matrices in packed form.
  let packedValues: FloatBuffer
  private let changes = Atomic(0)

  /// How often values have changed.
  var generation: Int { changes.load(ordering: .acquiring) }

  /// A store of zeros.
  public init(_ layout: ParameterLayout) {
    self.layout = layout
    values = FloatBuffer(count: layout.storageCount)
    derivedValues = FloatBuffer(count: layout.derivedStorageCount)
    packedValues = FloatBuffer(count: layout.packedStorageCount)
  }

  /// Draws all values: each parameter from a stream of its own.
  public func initialize(seed: UInt64) {
    for (parameter, initialization) in zip(layout.parameters, layout.initializations) {
      let stream = RandomStream(
        seed: seed, purpose: .initialization, UInt64(parameter.index))
      let numbers = self[parameter]
      switch initialization {
      case .constant(let value): numbers.update(repeating: value)
      case .normal(let deviation):
        for index in numbers.indices {
          numbers[index] = Float(stream.normal(at: UInt64(index))) * deviation
        }
      case .shiftedNormal(let mean, let deviation):
        for index in numbers.indices {
          numbers[index] = mean + Float(stream.normal(at: UInt64(index))) * deviation
        }
      case .uniform(let bound):
        for index in numbers.indices {
          numbers[index] = Float(2 * stream.uniform(at: UInt64(index)) - 1) * bound
        }
      }
    }
    updateDerived()
  }

  /// Computes what depends on the values alone. Call after every change of them.
  public func updateDerived() {
    changes.add(1, ordering: .acquiringAndReleasing)
    for derivation in layout.derived {
      derivation.compute(
        values.pointer + derivation.source.valueOffset,
        derivedValues.pointer + derivation.result.valueOffset)
    }
  }

  /// Where the values of a trained or derived parameter begin.
  func pointer(_ parameter: Parameter) -> UnsafePointer<Float> {
    precondition(parameter.storage != .packed, "packed values are not floats")
    let block = parameter.storage == .derived ? derivedValues : values
    return UnsafePointer(block.pointer + parameter.valueOffset)
  }

  /// The scales of a packed matrix and its words.
  func packed(
    _ parameter: Parameter
  ) -> (scales: UnsafeMutablePointer<Float>, words: UnsafeMutableRawBufferPointer) {
    precondition(parameter.storage == .packed, "not in packed form")
    return (
      packedValues.pointer + parameter.valueOffset,
      UnsafeMutableRawBufferPointer(
        start: packedValues.pointer + parameter.packedWordOffset,
        count: 4 * parameter.packedWordCount)
    )
  }

  /// The numbers of a trained parameter, in row order.
  subscript(parameter: Parameter) -> UnsafeMutableBufferPointer<Float> {
    precondition(parameter.storage == .trained, "derived values are computed, not set")
    return values[parameter.valueOffset..<parameter.valueOffset + parameter.count]
  }

  /// A copy of the numbers of a trained parameter, in row order.
  public func copyValues(of parameter: Parameter) -> [Float] { Array(self[parameter]) }

  /// Replaces the numbers of a trained parameter.
  public func setValues(_ numbers: [Float], of parameter: Parameter) {
    precondition(numbers.count == parameter.count, "wrong length")
    changes.add(1, ordering: .acquiringAndReleasing)
    _ = self[parameter].update(from: numbers)
  }
}
