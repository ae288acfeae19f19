# Curves of runs, for people who plot:
#
#   gnuplot -c pipelines/curves.gp curves.svg runs/v5.2-sound/run runs/v7.4-sound/run
#
# Training loss (lines) and validation loss (points), in nats a token, over tokens and over minutes. The
# output is SVG, or PNG where its name ends in .png. Needs jq; reads nothing but each run's log.jsonl.
if (ARGC < 2) {
  print "usage: gnuplot -c curves.gp OUTPUT.svg|OUTPUT.png RUN..."
  exit status 64
}

# The members of an event, as columns.
events(run, event, members) = sprintf( \
  "< jq -r 'select(.event == \"%s\") | [%s] | @tsv' '%s/log.jsonl'", event, members, run)
steps(run) = events(run, "step", ".tokens, .loss, .elapsed / 60")
validations(run) = events(run, "validation", ".tokens, .val_loss, .elapsed / 60")

if (ARGV[1][strlen(ARGV[1]) - 3:] eq ".png") {
  set terminal pngcairo size 1200,1000
} else {
  set terminal svg size 1000,800 dynamic background "white"
}
set output ARGV[1]
set multiplot layout 2,1
set grid
set logscale y
set ylabel "loss, nats a token"
set key outside right top noenhanced

set format x "%.1s%c"
set xlabel "tokens seen"
plot for [i = 2:ARGC] steps(ARGV[i]) using 1:2 with lines linetype i - 1 title ARGV[i], \
  for [i = 2:ARGC] validations(ARGV[i]) using 1:2 with points pointtype 7 linetype i - 1 notitle

set format x "%g"
set xlabel "minutes of training"
plot for [i = 2:ARGC] steps(ARGV[i]) using 3:2 with lines linetype i - 1 title ARGV[i], \
  for [i = 2:ARGC] validations(ARGV[i]) using 3:2 with points pointtype 7 linetype i - 1 notitle
unset multiplot
