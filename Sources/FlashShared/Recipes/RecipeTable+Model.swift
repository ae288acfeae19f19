/// Widths of layers inside of a block.
private let innerWidth = 1...65_536
private let width = 1...16_384
private let memoryWidth = 1...4096

// Hyper-parameters, under the reference cards' names. Which versions read one is not stated here: it
// follows from what their models read. Where a model takes less than the bounds allow, the condition
// says so.
extension RecipeTable {
  static let model: [RecipeMember] = [
    RecipeMember(
      "model.vocab", .integer(1...(1 << 24)), .required,
      "Token ids; fl-train replaces it by what the training shards were made with.",
      otherNames: ["vocab_size", "n_vocab", "vocabulary_size", "vocabulary"]),
    RecipeMember(
      "model.d_model", .integer(width), .required, "Width of the hidden states.",
      otherNames: ["n_embd", "hidden_size", "width", "d", "embed_dim"]),
    RecipeMember(
      "model.dim", .integer(width), .required, "Width of the hidden states.",
      otherNames: ["n_embd", "hidden_size", "width", "embed_dim"]),
    RecipeMember(
      "model.n_layers", .integer(1...256), .required, "Number of blocks.",
      otherNames: ["layers", "n_layer", "num_hidden_layers", "num_layers", "depth"]),
    RecipeMember(
      "model.n_blocks", .integer(1...256), .required, "Number of blocks.",
      otherNames: ["layers", "n_layer", "num_hidden_layers", "num_layers", "depth"]),
    RecipeMember(
      "model.n_heads", .integer(1...256), .required, "Attention heads, or those of a memory.",
      condition: "v10-fsp: d_model is a multiple of twice as many",
      otherNames: ["heads", "n_head", "num_attention_heads", "num_heads"], example: 2),
    RecipeMember(
      "model.d_head", .integer(1...1024), .required, "Width of an attention head.",
      condition: "even where positions rotate (v5.2, v8)", otherNames: ["head_dim", "head_width"]),
    RecipeMember(
      "model.d_ff", .integer(innerWidth), .required, "Inner width of the feed-forward layers.",
      otherNames: ["intermediate_size", "ffn", "hidden_dim"]),
    RecipeMember(
      "model.d_ffn", .integer(innerWidth), .required, "Inner width of the feed-forward layers.",
      otherNames: ["intermediate_size", "ffn", "hidden_dim"]),
    RecipeMember(
      "model.d_ffn_mult", .integer(1...64), .required,
      "Inner width of the channel mixers, in widths of the model."),
    RecipeMember(
      "model.glu_hidden", .integer(innerWidth), .required, "Inner width of the gated linear units.",
      otherNames: ["intermediate_size", "ffn", "hidden_dim"]),
    RecipeMember(
      "model.dropout", .number(.dropout), .value(0),
      "The share of activations that a training step leaves out.",
      otherNames: ["resid_pdrop", "attn_pdrop", "embd_pdrop"]),
    RecipeMember(
      "model.seq_len", .integer(1...(1 << 20)), .required,
      "The length of window, in tokens, that positions or a memory's strength are made for; usually "
        + "data.window."),
    RecipeMember(
      "model.window_size", .integer(1...(1 << 20)), .required,
      "How many positions attention sees, its own included.",
      otherNames: ["sliding_window", "attention_window"]),
    RecipeMember(
      "model.kernel_size", .integer(1...1024), .required,
      "Taps of the convolutions, the present token included."),
    RecipeMember(
      "model.conv_k", .integer(1...1024), .required,
      "Taps of the convolutions, the present token included."),
    RecipeMember(
      "model.offsets", .integers(0...65_536), .required,
      "How many tokens back each tap of the mixers looks."),
    RecipeMember(
      "model.rope_theta", .number(.above(0, to: 1e12)), .value(10_000),
      "The base of the rotary positions' wavelengths.", otherNames: ["rope_base"]),
    RecipeMember(
      "model.logit_softcap", .number(.above(0, to: 1e6)), .value(50),
      "Attention scores are bounded smoothly, c tanh(z / c).", otherNames: ["softcap", "soft_cap"]),
    RecipeMember(
      "model.d_mem", .integer(memoryWidth), .required,
      "Width of the memory, of each head where there are several.",
      condition: "v7.4 to v8.4 and v9.2: at most 1024"),
    RecipeMember(
      "model.decay", .number(.above(0, to: 1)), .required,
      "What the memory keeps from a token to the next."),
    RecipeMember(
      "model.hebbian_mask", .choice(["causal_triu", "pre_fix_tril"]), .value("causal_triu"),
      "What the memory reads: the past, or, as the script first did, the future.",
      condition: "pre_fix_tril in the published variant only"),
    RecipeMember(
      "model.n_slots", .integer(1...1024), .required, "Slots of the story memory."),
    RecipeMember(
      "model.slot_dim", .integer(memoryWidth), .required, "Width of a slot."),
    RecipeMember(
      "model.n_mem_slots", .integer(memoryWidth), .required, "Slots of the learned memory."),
    RecipeMember(
      "model.d_planner", .integer(memoryWidth), .required, "Width of the planner's state."),
    RecipeMember("model.d_reason", .integer(width), .required, "Inner width of the reasoning."),
    RecipeMember(
      "model.n_scales", .integer(1...16), .required,
      "Convolutions of the bank, each looking twice as far back as the one before."),
    RecipeMember(
      "model.exit_layers", .integers(1...256), .required,
      "The layers behind which there are exits.",
      condition: "one or two in ascending order, at most n_layers"),
    RecipeMember(
      "model.exit_loss_weights", .numbers(.weight), .required,
      "The weights of the exits' losses, one for each exit."),
    RecipeMember(
      "model.exit_thresholds", .numbers(.weight), .required,
      "The confidence from which on a token leaves, one for each exit."),
    RecipeMember(
      "model.consistency_weight", .number(.weight), .required,
      "The weight of the loss that pulls exits to the last layer's prediction."),
    RecipeMember(
      "model.diversity_weight", .number(.weight), .required,
      "The weight of the loss that keeps exits apart."),
    RecipeMember(
      "model.n_future", .integer(1...16), .required,
      "How many of the following tokens are predicted, the next one included."),
    RecipeMember(
      "model.n_cells", .integer(1...65_536), .required, "Cells among which each token is routed."),
    RecipeMember("model.d_cell", .integer(memoryWidth), .required, "Width of a cell."),
    RecipeMember(
      "model.top_k", .integer(1...65_536), .required, "Cells that a token uses.",
      condition: "at most n_cells"),
    RecipeMember("model.k", .integer(width), .required, "Width of the running sums."),
    RecipeMember(
      "model.n_sub", .integer(1...8), .derived("none: no addressed memory"),
      "Parts of a memory address.", example: 2),
    RecipeMember(
      "model.d_sub", .integer(1...64), .required, "Values that a part of an address can take.",
      condition: "d_sub to the power of n_sub is at least k_top and at most 2^20"),
    RecipeMember(
      "model.k_top", .integer(1...256), .required, "Slots of the memory that a token uses."),
    RecipeMember("model.d_val", .integer(memoryWidth), .required, "Width of a memory slot."),
    RecipeMember(
      "model.mem_decay", .number(.share), .required,
      "What the memory keeps from a chunk to the next."),
    RecipeMember(
      "model.mem_chunk", .integer(1...(1 << 20)), .required,
      "Tokens of a chunk, which read the memory as it was before the chunk."),
  ]

  static let objective: [RecipeMember] = [
    RecipeMember(
      "objective.lookahead_horizon", .integer(1...(1 << 20)), .value(8),
      "How many of the next tokens' losses a value predicts."),
    RecipeMember(
      "objective.lookahead_weight", .number(.weight), .required, "The weight of the values' loss."),
    RecipeMember(
      "objective.lookahead_warmup", .integer(0...Int(Int32.max)), .required,
      "Steps before the values are trained."),
    RecipeMember(
      "objective.entropy_weight", .number(.weight), .value(0),
      "The weight of the predictions' entropy, which is rewarded; versions with one train embedding "
        + "and heads without weight decay."),
    RecipeMember(
      "objective.fsp_alpha", .number(.weight), .value(0.1),
      "The weight of the loss of the tokens that follow, as a set.",
      otherNames: ["fsp_weight"]),
    RecipeMember(
      "objective.fsp_tau", .integer(1...(1 << 20)), .required, "How many tokens the set spans."),
    RecipeMember(
      "objective.fsp_rate", .integer(1...(1 << 20)), .required,
      "At every how many-th position the set is predicted."),
    RecipeMember(
      "objective.fsp_pos_weight", .number(.weight), .value(50),
      "How much more a token of the set counts than one outside."),
    RecipeMember(
      "objective.word_dropout_p", .number(.dropout), .value(0),
      "The share of input tokens that training replaces by unk_id."),
    RecipeMember(
      "objective.unk_id", .integer(0...(1 << 24) - 1), .value(1),
      "The token that stands for those that were left out.", condition: "less than model.vocab"),
    RecipeMember(
      "objective.unlikelihood_alpha", .number(.weight), .value(0.25),
      "The weight of the loss of repeated tokens."),
    RecipeMember(
      "objective.entropy_beta", .number(.weight), .value(0.01),
      "The weight of the predictions' entropy, which is rewarded."),
    RecipeMember(
      "objective.mtp_weight_max", .number(.weight), .value(0.5),
      "The weight of the further tokens' losses, once it has risen."),
    RecipeMember(
      "objective.mtp_warmup", .integer(0...Int(Int32.max)), .value(500),
      "Steps before the further tokens' losses count."),
    RecipeMember(
      "objective.mtp_ramp", .integer(0...Int(Int32.max)), .value(500),
      "Steps over which their weight rises."),
    RecipeMember(
      "objective.compass_loss_weight", .number(.weight), .value(0.5),
      "The weight of the loss of the direction of the states to come."),
    RecipeMember(
      "objective.batch", .integer(1...65_536), .required,
      "The published variant's sequences of a micro-batch, over which its compass loss is a sum."),
  ]
}
