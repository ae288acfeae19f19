import Foundation

/// The memory of this process.
public enum MemoryUse {
  /// The largest resident size so far, in bytes.
  public static var peakBytes: Int {
    var usage = rusage()
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return Int(usage.ru_maxrss) * 1024
  }
}
