# How make drives a pipeline: each target is a file that a stage makes, each rule names the stage.
# The pipeline itself skips what is up to date, so the rules only say what comes before what.
#
#   make -f pipelines/examples/stages.mk samples.txt OPTIONS='--minutes 20'

PIPELINE ?= pipelines/v5.2.sh
WORK ?= runs/v5.2-sound
OPTIONS ?=

RUN = '$(PIPELINE)' --work '$(WORK)' $(OPTIONS)

.PHONY: data model

samples.txt: evaluation.json
	$(RUN) sample > $@

evaluation.json: model
	$(RUN) evaluate > $@

model: data
	$(RUN) train

data:
	$(RUN) text tokenizer shards
