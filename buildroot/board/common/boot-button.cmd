# The reset button, held for ten seconds from power-on: all settings go (linegate.reset=all). Read here and not by Linux, so
# that it works where Linux comes up no more. A board names its line in linegate_reset_gpio; pressed is low.
if test -n "${linegate_reset_gpio}"; then
  setenv held 1
  for second in 1 2 3 4 5 6 7 8 9 10; do
    if test ${held} -eq 1; then
      if gpio input ${linegate_reset_gpio}; then
        sleep 1
      else
        setenv held 0
      fi
    fi
  done
  if test ${held} -eq 1; then
    echo "linegate: the reset button was held: back to how the box left the factory"
    setenv linegate_extra "${linegate_extra} linegate.reset=all"
  fi
fi
