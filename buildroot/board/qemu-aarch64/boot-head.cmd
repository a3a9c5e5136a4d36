# The emulated board: all as the script of all boards has it.
