/// A tensor and what golden vectors call it.
public struct NamedTensor: Sendable {
  public let name: String
  public let tensor: Tensor

  public init(_ name: String, _ tensor: Tensor) {
    self.name = name
    self.tensor = tensor
  }
}
