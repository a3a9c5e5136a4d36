################################################################################
#
# linegate
#
################################################################################

# The folder that buildroot/vendor fills. It holds what is built already, with
# every npm package at the version and integrity of package-lock.json: nothing
# is downloaded or compiled here, and a folder needs no hash of its own.
LINEGATE_VERSION = local
LINEGATE_SITE = $(BR2_EXTERNAL_LINEGATE_PATH)/dl/linegate
LINEGATE_SITE_METHOD = local
LINEGATE_LICENSE = Apache-2.0
LINEGATE_LICENSE_FILES = LICENSE

define LINEGATE_INSTALL_TARGET_CMDS
	mkdir -p $(TARGET_DIR)/usr/lib/linegate
	cp -a $(@D)/daemon $(@D)/web-ui $(@D)/node_modules \
		$(TARGET_DIR)/usr/lib/linegate/
	$(INSTALL) -D -m 0644 $(@D)/LICENSE \
		$(TARGET_DIR)/usr/lib/linegate/LICENSE
endef

define LINEGATE_USERS
	linegate -1 linegate -1 * /var/lib/linegate - dialout Linegate
endef

$(eval $(generic-package))
