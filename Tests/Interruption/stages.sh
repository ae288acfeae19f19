# shellcheck shell=bash
# The stages that run.sh disturbs. Each is a command that reads what the undisturbed run left in
# $good and writes into $out, and a comparison of the two. Sourced by run.sh.

# shellcheck disable=SC2154  # good, out and repository are run.sh's

# shellcheck disable=SC2034
stages=(tokenizer encode curate pack train evaluate sample pipeline)

recipe='{"version": "v5.2", "model": {"d_model": 16, "n_layers": 2, "n_heads": 2, "d_head": 8,
  "d_ffn": 24, "dropout": 0.1}, "data": {"window": 16}, "batch": {"sequences": 4},
  "optimizer": {"learning_rate": 3e-3, "warmup_steps": 3}, "budget": {"steps": 60},
  "validation": {"every_steps": 9, "windows": 8}, "checkpoint": {"every_steps": 4},
  "log": {"every_steps": 1}}'

write_inputs() {
  printf '%s\n' "$recipe" >"$good/recipe.json"
  fl-shard stories --quiet --seed 1 --documents 400 >"$good/stories.jsonl"
  for part in train valid; do
    fl-shard stories --quiet --seed 2 --documents 60 --format text >"$good/$part.txt"
  done
}

stage_tokenizer() {
  exec fl-tokenize train --quiet --vocabulary-size 600 --output "$out/tokenizer.json" \
    "$good/stories.jsonl" >/dev/null
}

stage_encode() {
  exec fl-tokenize encode --quiet --tokenizer "$good/tokenizer.json" --output "$out/tokens.bin" \
    "$good/stories.jsonl" >/dev/null
}

stage_curate() {
  exec fl-shard curate --quiet --drop-duplicates --min-words 5 --shuffle 3 --memory 1 \
    --output "$out/curated.jsonl" "$good/stories.jsonl" >/dev/null
}

stage_pack() {
  exec fl-shard pack --quiet "$good/tokens.bin" --tokenizer "$good/tokenizer.json" --shuffle 5 \
    --end-of-text '<eos>' --shard-tokens 10000 --output "$out/train" --validation "$out/valid" \
    --validation-fraction 0.1 >/dev/null
}

stage_train() {
  exec fl-train --quiet --recipe "$good/recipe.json" --train "$good/train" \
    --validation "$good/valid" --tokenizer "$good/tokenizer.json" --threads 2 --resume \
    --output "$out/run" >"${events:-/dev/null}"
}

stage_evaluate() {
  fl-eval "$good/run" --quiet --data "$good/valid" --threads 2 >"$out/evaluation.new" &&
    mv "$out/evaluation.new" "$out/evaluation.json"
}

stage_sample() {
  fl-sample "$good/run" --quiet --tokens 300 --seed 1 'Once upon a time' >"$out/story.new" &&
    mv "$out/story.new" "$out/story.txt"
}

stage_pipeline() {
  exec "$repository/pipelines/v5.2.sh" --quiet --work "$out/work" --threads 2 --steps 6 \
    --train-text "$good/train.txt" --valid-text "$good/valid.txt" --set model.d_model=16 \
    --set model.n_layers=1 --set model.d_ffn=16 --set batch.accumulation=1 >/dev/null
}

# The tensors of a safetensors file, without its header, which tells the time that training took.
tensors() { tail -c +$((9 + $(od -An -tu8 -N8 "$1"))) "$1"; }

# A file of results without what depends on the machine's speed.
figures() {
  jq -S 'del(.time, .seconds, .tokens_per_second, .peak_memory_bytes)' "$1"
}

same_run() {
  cmp "$1/best.safetensors" "$2/best.safetensors" &&
    cmp <(tensors "$1/last.safetensors") <(tensors "$2/last.safetensors") &&
    cmp <(jq -c 'select(.event == "step") | [.step, .loss]' "$1/log.jsonl") \
      <(jq -c 'select(.event == "step") | [.step, .loss]' "$2/log.jsonl")
}

same_folder() { diff -r --exclude=.lock "$1" "$2"; }

# Whether a stage's end result is that of the undisturbed run.
compare() {
  case $1 in
    tokenizer) cmp "$good/tokenizer.json" "$out/tokenizer.json" ;;
    encode) cmp "$good/tokens.bin" "$out/tokens.bin" ;;
    curate) cmp "$good/curated.jsonl" "$out/curated.jsonl" ;;
    pack) same_folder "$good/train" "$out/train" && same_folder "$good/valid" "$out/valid" ;;
    train) same_run "$good/run" "$out/run" ;;
    evaluate) cmp <(figures "$good/evaluation.json") <(figures "$out/evaluation.json") ;;
    sample) cmp "$good/story.txt" "$out/story.txt" ;;
    pipeline)
      cmp "$good/work/tokenizer.json" "$out/work/tokenizer.json" &&
        same_folder "$good/work/train" "$out/work/train" &&
        same_folder "$good/work/valid" "$out/work/valid" &&
        cmp "$good/work/run/best.safetensors" "$out/work/run/best.safetensors" &&
        same_run "$good/work/run" "$out/work/run"
      ;;
  esac
}

# Whether what a disturbed stage left under a final name is whole.
check_remains() {
  local name
  for name in tokenizer.json tokens.bin curated.jsonl story.txt; do
    [[ ! -e $out/$name ]] || cmp "$good/$name" "$out/$name" || return 1
  done
  for name in train valid; do
    [[ ! -e $out/$name/manifest.json ]] || {
      fl-shard verify --quiet "$out/$name" >/dev/null && same_folder_but_work "$name" || return 1
    }
  done
}

same_folder_but_work() { diff -r --exclude=.lock --exclude='.writing-*' "$good/$1" "$out/$1"; }

# Whether a rerun has cleared away what disturbed runs left.
check_cleared() {
  local left
  left=$(find "$out" -name '*.tmp-*' -o -name '.writing-*' -o -name '*.new')
  [[ -z $left ]] || {
    echo "left behind: $left"
    return 1
  }
}
