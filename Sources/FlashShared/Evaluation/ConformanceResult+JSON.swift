extension ConformanceResult {
  /// Everything that was compared, under the names that `fl-eval conformance` prints.
  public func json(tolerances: ConformanceTolerances) -> JSONObject {
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
      "largest_gradient_difference": JSONValue(gradientDifferences.map(\.value).max()),
      "gradient_differences": object(gradientDifferences),
      "gradient_norm_difference": .number(gradientNormDifference),
      "trace_differences": object(traceDifferences),
      "published_parameters": JSONValue(publishedParameters),
      "expected_published_parameters": JSONValue(expectedPublishedParameters),
      "leaks": .boolean(leaks), "expected_leaks": JSONValue(expectedLeaks),
      "largest_change_before": .number(Double(largestChange)),
      "incremental_difference": JSONValue(incrementalDifference),
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
