#!/bin/sh
# Buildroot runs this on its images: makes the kernel's slot, the disk and, with LINEGATE_KEY and LINEGATE_CERTIFICATE,
# the signed update. The layout of the disk, the boot script and the boot state are those of images/boot.
#   post-image.sh BINARIES_DIR BOARD_DIR
set -eu
images=$1
board=$2
common=$(dirname "$0")
project=$common/../../..
# shellcheck source=/dev/null
. "$board/board.env"

work=$images/linegate-work
rm -rf "$work"
mkdir -p "$work/input" "$work/kernel" "$work/empty"

# The kernel's slot: a plain file system that U-Boot can read.
cp "$images/Image" "$work/kernel/Image"
if [ -n "${DTB:-}" ]; then cp "$images/$DTB" "$work/kernel/board.dtb"; fi
if [ -n "${OVERLAY:-}" ]; then
  dtc -q -@ -I dts -O dtb -o "$work/$OVERLAY.dtbo" "$board/$OVERLAY.dts"
  if [ -n "${DTB:-}" ]; then
    fdtoverlay -i "$images/$DTB" -o "$work/kernel/board.dtb" "$work/$OVERLAY.dtbo"
  else
    # The firmware reads it beside itself.
    mkdir -p "$work/input/overlays"
    cp "$work/$OVERLAY.dtbo" "$work/input/overlays/"
  fi
fi
mke2fs -q -t ext4 -O '^has_journal,^metadata_csum' -L kernel -U clear -d "$work/kernel" \
  "$work/input/kernel.ext4" "${KERNEL_MB}M"
cp "$images/rootfs.squashfs" "$work/input/"

# What U-Boot runs: the board's own words, the reset button, then the script of all boards.
cat "$board/boot-head.cmd" "$common/boot-button.cmd" "$project/images/boot/boot.cmd" >"$work/boot.cmd"
mkimage -A arm64 -O linux -T script -C none -n linegate -d "$work/boot.cmd" "$work/input/boot.scr" >/dev/null
printf 'BOOT_ORDER=A B\nBOOT_A_LEFT=3\nBOOT_B_LEFT=0\n' | mkenvimage -s 0x4000 -o "$work/state" -
cat "$work/state" "$work/state" >"$work/input/bootstate.bin"

# The disk: the layout of images/boot/genimage.cfg, with what this board's first partition and its first sectors need.
for file in ${BOOT_FILES:-} ${RAW_FILES:-}; do cp "$images/$file" "$work/input/"; done
for file in ${BOARD_BOOT_FILES:-}; do cp "$board/$file" "$work/input/"; done
names=boot.scr
for file in ${BOOT_FILES:-} ${BOARD_BOOT_FILES:-}; do names="$names $(basename "$file")"; done
list=
for name in $names; do list="$list${list:+, }\"$name\""; done
if [ -d "$work/input/overlays" ]; then list="$list, \"overlays\""; fi
bootloader=$board/genimage-bootloader.cfg
[ -e "$bootloader" ] || bootloader=/dev/null
sed -e "s/@KERNEL_MB@/$KERNEL_MB/g" -e "s|files = { \"boot.scr\" }|files = { $list }|" \
  "$project/images/boot/genimage.cfg" | awk -v extra="$bootloader" \
  '/^\tpartition boot \{/ { while ((getline line < extra) > 0) print line } { print }' >"$work/genimage.cfg"
genimage --rootpath "$work/empty" --tmppath "$work/tmp" --inputpath "$work/input" --outputpath "$images" \
  --config "$work/genimage.cfg" >/dev/null
if [ "${LINEGATE_COMPRESS:-yes}" = yes ]; then
  zstd -q -f -T0 -6 "$images/linegate.img" -o "$images/linegate.img.zst"
fi

if [ -n "${LINEGATE_KEY:-}" ] && [ -n "${LINEGATE_CERTIFICATE:-}" ]; then
  mkdir "$work/bundle"
  cp "$work/input/rootfs.squashfs" "$work/input/kernel.ext4" "$work/bundle/"
  cat >"$work/bundle/manifest.raucm" <<END
[update]
compatible=$COMPATIBLE
version=${LINEGATE_VERSION_TEXT:-$(git -C "$project" rev-parse --short HEAD 2>/dev/null || echo unknown)}

[bundle]
format=verity

[image.rootfs]
filename=rootfs.squashfs

[image.kernel]
filename=kernel.ext4
END
  rm -f "$images/update.raucb"
  rauc bundle --cert="$LINEGATE_CERTIFICATE" --key="$LINEGATE_KEY" "$work/bundle" "$images/update.raucb"
fi
rm -rf "$work"
