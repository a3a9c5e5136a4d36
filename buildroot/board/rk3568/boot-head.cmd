# RK3568: the console is UART 2 at Rockchip's own rate.
setenv linegate_console "ttyS2,1500000"
# GPIO 3 A6.
setenv linegate_reset_gpio 102
