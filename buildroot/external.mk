include $(sort $(wildcard $(BR2_EXTERNAL_LINEGATE_PATH)/package/*/*.mk))
