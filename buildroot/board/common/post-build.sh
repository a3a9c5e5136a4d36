#!/bin/sh
# Buildroot runs this on the finished root: what images/lib/finish.ts does for Debian's.
#   post-build.sh TARGET_DIR BOARD_DIR
set -eu
target=$1
board=$2
common=$(dirname "$0")
project=$common/../../..
# shellcheck source=/dev/null
. "$board/board.env"

# The list of units that both images share. Buildroot has run its presets by now, so links are made by hand.
wants=$target/etc/systemd/system/multi-user.target.wants
mkdir -p "$wants"
while read -r verb unit; do
  case $verb in
    enable)
      wanted=$(sed -n 's/^WantedBy=//p' "$target/usr/lib/systemd/system/$unit" | head -n 1)
      mkdir -p "$target/etc/systemd/system/${wanted:-multi-user.target}.wants"
      ln -sf "/usr/lib/systemd/system/$unit" "$target/etc/systemd/system/${wanted:-multi-user.target}.wants/$unit"
      ;;
    mask) ln -sf /dev/null "$target/etc/systemd/system/$unit" ;;
  esac
done <"$common/units.txt"

# Updates: the emulated board's terms with this board's name, and whose signature they carry.
mkdir -p "$target/etc/rauc"
sed "s/^compatible=.*/compatible=$COMPATIBLE/" \
  "$project/images/rootfs-overlay/etc/rauc/system.conf" >"$target/etc/rauc/system.conf"
if [ -n "${LINEGATE_CERTIFICATE:-}" ]; then
  cp "$LINEGATE_CERTIFICATE" "$target/etc/rauc/keyring.pem"
else
  echo "post-build: no LINEGATE_CERTIFICATE: this system takes no updates" >&2
fi

mkdir -p "$target/data" "$target/boot" "$target/var/lib/linegate"
: >"$target/etc/machine-id"
version=${LINEGATE_VERSION_TEXT:-$(git -C "$project" rev-parse --short HEAD 2>/dev/null || echo unknown)}
cat >"$target/usr/lib/os-release" <<END
NAME=Linegate
ID=linegate
VERSION_ID=$version
PRETTY_NAME="Linegate $version"
END
