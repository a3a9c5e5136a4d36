# Which of the two systems is started, by RAUC's contract with U-Boot: BOOT_ORDER, and for each slot how many tries are
# left. The state lies in the partition "bootstate", twice: Linux writes the first copy only, this script both, the
# second one first. A power cut while one is written leaves the other, which is at worst the state of the last start.
# All boards have this script: ${devtype} is virtio or mmc; a board whose console is another sets linegate_console before.
test -n "${linegate_console}" || setenv linegate_console ttyAMA0
${devtype} dev ${devnum}
part start ${devtype} ${devnum} bootstate state_block
setexpr copy_block ${state_block} + 0x20
${devtype} read ${scriptaddr} ${state_block} 0x20
if env import -c ${scriptaddr} 0x4000; then
  true
else
  echo "linegate: boot state is broken, taking its copy"
  ${devtype} read ${scriptaddr} ${copy_block} 0x20
  env import -c ${scriptaddr} 0x4000
fi
test -n "${BOOT_ORDER}" || setenv BOOT_ORDER "A B"
test -n "${BOOT_A_LEFT}" || setenv BOOT_A_LEFT 3
test -n "${BOOT_B_LEFT}" || setenv BOOT_B_LEFT 3

setenv slot
for candidate in ${BOOT_ORDER}; do
  if test "x${slot}" != "x"; then
    true
  elif test "x${candidate}" = "xA"; then
    if test ${BOOT_A_LEFT} -gt 0; then
      setexpr BOOT_A_LEFT ${BOOT_A_LEFT} - 1
      setenv slot A; setenv kernel_name kernel-a; setenv root_name rootfs-a
    fi
  elif test "x${candidate}" = "xB"; then
    if test ${BOOT_B_LEFT} -gt 0; then
      setexpr BOOT_B_LEFT ${BOOT_B_LEFT} - 1
      setenv slot B; setenv kernel_name kernel-b; setenv root_name rootfs-b
    fi
  fi
done

# None left: better to go on trying than to stand still.
if test -z "${slot}"; then
  echo "linegate: no slot left, trying all again"
  setenv BOOT_A_LEFT 3
  setenv BOOT_B_LEFT 3
fi
env export -c -s 0x4000 ${scriptaddr} BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT MACHINE_ID FACTORY_RESET
${devtype} write ${scriptaddr} ${copy_block} 0x20
${devtype} write ${scriptaddr} ${state_block} 0x20
test -n "${slot}" || reset

echo "linegate: slot ${slot}, left A=${BOOT_A_LEFT} B=${BOOT_B_LEFT}, order ${BOOT_ORDER}"
setenv bootargs "console=${linegate_console} linegate.root=${root_name} root=PARTLABEL=${root_name} rootfstype=squashfs rootwait rauc.slot=${slot} ro systemd.volatile=state panic=5 quiet loglevel=4 systemd.show_status=false ${linegate_extra}"
test -z "${MACHINE_ID}" || setenv bootargs "${bootargs} systemd.machine_id=${MACHINE_ID}"
part number ${devtype} ${devnum} ${kernel_name} kernel_part
# A kernel that has its disk built in needs no initial memory disk; a firmware that brings no device tree leaves it to us.
setenv ramdisk -
setenv tree ${fdt_addr}
if load ${devtype} ${devnum}:${kernel_part} ${kernel_addr_r} Image; then
  if test -n "${fdt_addr_r}"; then
    if load ${devtype} ${devnum}:${kernel_part} ${fdt_addr_r} board.dtb; then
      setenv tree ${fdt_addr_r}
    fi
  fi
  if load ${devtype} ${devnum}:${kernel_part} ${ramdisk_addr_r} initrd.img; then
    setenv ramdisk ${ramdisk_addr_r}:${filesize}
  fi
  booti ${kernel_addr_r} ${ramdisk} ${tree}
fi
echo "linegate: slot ${slot} does not start"
reset
