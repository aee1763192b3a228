#!/bin/sh
# A sweep on a few machines over ssh with GNU parallel; --joblog and --resume go on after a stop.
# The machines share the folder, and ':' is this one: gnu-parallel.sh sweep.yaml out :,host1,host2
set -eu

seq 0 31 | parallel --sshlogin "$3" --workdir . --joblog "$2.log" --resume --jobs 1 \
  torusmesh sim sweep "$1" --shard {}/32 --out "$2/shards/{}"
torusmesh sim merge "$2"/shards/* --out "$2/results"
