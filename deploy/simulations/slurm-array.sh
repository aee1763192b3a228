#!/bin/sh
# A sweep on a Slurm cluster. Submit the array, then the merge that waits for all of it:
#
#   id=$(sbatch --parsable slurm-array.sh sweep.yaml /scratch/sweep)
#   sbatch --dependency=afterok:"$id" --wrap 'torusmesh sim merge /scratch/sweep/shards/* --out /scratch/sweep/results'
#
# A task that ran into the time limit goes on when it is submitted again:
#   sbatch --array=17 --export=ALL,SHARDS=100 slurm-array.sh sweep.yaml /scratch/sweep
#SBATCH --job-name=torusmesh-sweep
#SBATCH --array=0-99
#SBATCH --cpus-per-task=4
#SBATCH --mem-per-cpu=2G
#SBATCH --time=02:00:00
set -eu

exec torusmesh sim sweep "$1" \
  --shard "$SLURM_ARRAY_TASK_ID/${SHARDS:-$SLURM_ARRAY_TASK_COUNT}" \
  --out "$2/shards/$SLURM_ARRAY_TASK_ID" \
  --threads "$SLURM_CPUS_PER_TASK"
