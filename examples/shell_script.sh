# Descends x^2 from a point that depends on the seed, with awk; any language can do the same.
# usage: sh shell_script.sh LEARNING_RATE MOMENTUM
awk -v rate="$1" -v beta="$2" -v seed="$SWEEP_SEED" -v reports="$SWEEP_REPORT_FILE" 'BEGIN {
  x = 1 + seed / 10; v = 0
  for (epoch = 1; epoch <= 10; epoch++) {
    v = beta * v + 2 * x
    x -= rate * v
    printf "{\"epoch\": %d, \"loss\": %.12g}\n", epoch, x * x >> reports
    fflush(reports)
  }
}'
# What a trial may need again belongs into its own folder.
echo "learning rate $1, momentum $2" > "$SWEEP_FOLDER/arguments.txt"
