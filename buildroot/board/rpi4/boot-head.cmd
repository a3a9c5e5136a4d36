# Raspberry Pi 4 and CM4: the console is on the header's pins 8 and 10.
setenv linegate_console "ttyS1,115200"
setenv linegate_reset_gpio 27
