################################################################################
#
# linegate-node
#
################################################################################

LINEGATE_NODE_VERSION = 24.12.0
LINEGATE_NODE_SITE = https://nodejs.org/dist/v$(LINEGATE_NODE_VERSION)
LINEGATE_NODE_SOURCE = node-v$(LINEGATE_NODE_VERSION)-linux-arm64.tar.xz
LINEGATE_NODE_LICENSE = MIT (core code), MIT, Apache-2.0 and BSD family licenses (bundled components)
LINEGATE_NODE_LICENSE_FILES = LICENSE
LINEGATE_NODE_CPE_ID_VENDOR = nodejs
LINEGATE_NODE_CPE_ID_PRODUCT = node.js

# Neither npm nor the headers: nothing is installed or compiled on a box.
define LINEGATE_NODE_INSTALL_TARGET_CMDS
	$(INSTALL) -D -m 0755 $(@D)/bin/node $(TARGET_DIR)/usr/bin/node
endef

$(eval $(generic-package))
