extension ConformanceResult {
  /// Everything that was compared, under the names that `fl-eval conformance` prints.
  public func json(tolerances: ConformanceTolerances) -> JSONObject {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    func object(_ values: [(name: String, value: Double)]) -> JSONValue {
      var object = JSONObject()
      for (name, value) in values { object[name] = .number(value) }
      return .object(object)
    }
    return [
      "version": .string(version), "variant": .string(variant.rawValue),
      "passes": .boolean(passes),
      "logit_difference": .number(logitDifference), "loss_difference": .number(lossDifference),
      "loss_term_differences": object(termDifferences),
      "largest_gradient_difference": number(gradientDifferences.map(\.value).max()),
      "gradient_differences": object(gradientDifferences),
      "gradient_norm_difference": .number(gradientNormDifference),
      "trace_differences": object(traceDifferences),
      "published_parameters": .integer(publishedParameters),
      "expected_published_parameters": expectedPublishedParameters.map { .integer($0) } ?? .null,
      "leaks": .boolean(leaks), "expected_leaks": expectedLeaks.map { .boolean($0) } ?? .null,
      "largest_change_before": .number(Double(largestChange)),
      "incremental_difference": number(incrementalDifference),
      "generation_calls": .integer(generationCalls),
      "generation_calls_skipped": .integer(skippedGenerationCalls),
      "tolerances": [
        "logits": .number(tolerances.logits), "gradients": .number(tolerances.gradients),
        "losses": .number(tolerances.losses), "trace_per_step": .number(tolerances.traces),
      ],
      "failures": .array(failures.map { .string($0) }),
    ]
  }
}
