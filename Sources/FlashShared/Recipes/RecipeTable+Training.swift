/// Counts of steps and windows.
private let count = 1...Int(Int32.max)

// The members that all versions share, but for sampling and measurements.
extension RecipeTable {
  static let general: [RecipeMember] = [
    RecipeMember(
      "version", .text, .required, "The version of the model family, which names the architecture.",
      otherNames: ["architecture", "model_type"]),
    RecipeMember(
      "name", .text, .derived("version"), "What people call it, for reports.",
      otherNames: ["title"]),
    RecipeMember(
      "variant", .choice(Variant.allCases.map(\.rawValue)), .value("sound"),
      "The form of the version: as documented, as its script behaved, or with a smaller repair; "
        + "--variant replaces it. Members below variants.NAME hold for that variant alone."),
    RecipeMember(
      "seed", .integer(0...Int.max), .value(1), "Keys every random draw; --seed replaces it.",
      otherNames: ["random_seed"]),
    RecipeMember(
      "on_nonfinite", .choice(["stop", "skip"]), .value("stop"),
      "What to do after a step whose loss or gradient is not finite: stop with a checkpoint of the "
        + "state before it, or skip it and go on.", otherNames: ["nonfinite", "nan_policy"]),
    RecipeMember(
      "nonfinite_limit", .integer(count), .value(100),
      "With skip, how many steps in a row that are not finite end the run."),
    RecipeMember(
      "defects", .texts, .value([]),
      "What is known to be wrong with the variant, announced in the log and in reports."),
  ]

  static let data: [RecipeMember] = [
    RecipeMember(
      "data.window", .integer(1...(1 << 20)), .required,
      "Inputs of a training window, in tokens.",
      otherNames: [
        "seq_len", "sequence_length", "context", "context_length", "block_size", "max_length",
        "length",
      ]),
    RecipeMember(
      "data.stride", .integer(1...(1 << 20)), .derived("data.window"),
      "Tokens from one window's begin to the next one's."),
    RecipeMember(
      "data.end_of_text", .text,
      .derived("the first special token of <|endoftext|>, <eos>, </s>, <|end|>"),
      "The special token that ends a document, by its text, for fl-sample and fl-eval.",
      otherNames: ["eos_token", "eos", "eot"]),
    RecipeMember(
      "batch.sequences", .integer(1...65_536), .required, "Windows of a micro-batch.",
      condition: "at most 2^24 tokens a step",
      otherNames: [
        "batch_size", "batch", "micro_batch_size", "size", "per_device_train_batch_size",
      ]),
    RecipeMember(
      "batch.accumulation", .integer(1...65_536), .value(1), "Micro-batches of an optimiser step.",
      otherNames: [
        "grad_accum", "gradient_accumulation", "gradient_accumulation_steps", "accumulation_steps",
      ]),
    RecipeMember(
      "batch.group", .integer(1...65_536),
      .derived("as many as make 1,024 rows of activations, at least one"),
      "Windows that a worker takes through the model at a time: decides speed and memory."),
  ]

  static let optimizer: [RecipeMember] = [
    RecipeMember(
      "optimizer.learning_rate", .number(.from(0, to: 1e3)), .required,
      "The largest learning rate, at the end of the warm-up.",
      otherNames: ["lr", "max_lr", "peak_lr", "rate", "peak"]),
    RecipeMember(
      "optimizer.minimum_learning_rate", .number(.from(0, to: 1e3)), .value(0),
      "The learning rate at the end of the cosine.",
      condition: "at most optimizer.learning_rate", otherNames: ["min_lr", "lr_min", "eta_min"]),
    RecipeMember(
      "optimizer.warmup_steps", .integer(0...Int(Int32.max)), .value(0),
      "Steps over which the rate rises linearly to its peak.",
      otherNames: ["warmup", "warmup_iters", "num_warmup_steps"]),
    RecipeMember(
      "optimizer.warmup_share", .number(.from(1e-6, to: 1)), .value(0.1),
      "The most of the budget that the warm-up takes, where the schedule follows the budget.",
      otherNames: ["warmup_ratio"]),
    RecipeMember(
      "optimizer.warmup_first", .integer(0...1), .value(1),
      "1 if the first step has a rate of peak / warmup_steps, 0 if it has none."),
    RecipeMember(
      "optimizer.total_steps", .integer(count), .derived("none: the cosine follows the budget"),
      "The step at which the minimum is reached.", otherNames: ["lr_decay_iters"]),
    RecipeMember(
      "optimizer.clamp_schedule", .boolean, .value(true),
      "Whether the rate stays at its minimum behind total_steps; otherwise the cosine rises again."),
    RecipeMember(
      "optimizer.restart_steps", .integer(count), .derived("none: one cosine"),
      "The length of a cosine that starts again and again."),
    RecipeMember(
      "optimizer.restart_factor", .number(.share), .value(1),
      "The factor of the peak at each restart."),
    RecipeMember(
      "optimizer.beta1", .number(.from(0, to: 0.999_999_9)),
      .derived("the version's, 0.9 in all so far"), "The decay of the mean of gradients.",
      otherNames: ["adam_beta1", "momentum"]),
    RecipeMember(
      "optimizer.beta2", .number(.from(0, to: 0.999_999_9)),
      .derived("the version's, 0.95 in all so far"), "The decay of the mean of their squares.",
      otherNames: ["adam_beta2"]),
    RecipeMember(
      "optimizer.epsilon", .number(.share), .derived("the version's, 1e-8 in all so far"),
      "What is added to the root of the squares.", otherNames: ["eps", "adam_eps", "adam_epsilon"]),
    RecipeMember(
      "optimizer.weight_decay", .number(.from(0, to: 1e3)),
      .derived("the version's, 0.01 in all so far"),
      "Decoupled weight decay of the parameters that the version gives none of their own.",
      otherNames: ["wd", "decay"]),
    RecipeMember(
      "optimizer.clip_norm", .number(.above(0, to: 1e6)),
      .derived("the version's, 1 in all so far"),
      "Gradients are scaled down to this norm over all parameters; null for no clipping.",
      otherNames: ["grad_clip", "max_grad_norm", "clip", "gradient_clip"]),
  ]

  static let run: [RecipeMember] = [
    RecipeMember(
      "budget.minutes", .number(.from(1e-4, to: 1e7)), .derived("none"),
      "Minutes of training, validations and checkpoints included, over all resumptions; --minutes "
        + "replaces the budget.", otherNames: ["time", "max_minutes"]),
    RecipeMember(
      "budget.steps", .integer(1...(1 << 40)), .derived("none"),
      "Optimiser steps; --steps replaces the budget.",
      otherNames: ["max_steps", "max_iters", "num_train_steps", "iterations"]),
    RecipeMember(
      "budget.tokens", .integer(1...(1 << 50)), .derived("none"),
      "Input tokens; --tokens replaces the budget.", otherNames: ["max_tokens", "train_tokens"]),
    RecipeMember(
      "validation.every_steps", .integer(count), .value(200),
      "Steps between validations; one follows the last step in any case.",
      otherNames: ["interval", "eval_interval", "eval_steps", "every"]),
    RecipeMember(
      "validation.windows", .integer(count), .value(256),
      "Windows of a validation, the same ones each time.", otherNames: ["eval_iters", "batches"]),
    RecipeMember(
      "checkpoint.every_steps", .integer(count), .value(100), "Steps between checkpoints.",
      otherNames: ["interval", "save_steps", "save_interval", "every"]),
    RecipeMember(
      "log.every_steps", .integer(count), .value(10), "Steps between lines of the log.",
      otherNames: ["interval", "log_interval", "logging_steps", "every"]),
  ]
}
