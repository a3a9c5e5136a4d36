import { trunk } from '../config/schema/trunk.ts';
import type { Config } from '../config/schema.ts';
import { accountId, type PbxAccount } from '../sip/index.ts';

/** The PBXs at which we register, each as the trunk that does so. */
export function pbxAccounts(config: Config): PbxAccount[] {
  return config.devices.flatMap((device) => {
    const { mode, id, name, enabled, address, transport, user, authUser, password } = device;
    if (mode !== 'client' || address === undefined) return [];
    const { srtp, maxCalls, codecs, ptimeMs, numberFormat } = device;
    const kept = trunk.parse({
      ...{ id, name, enabled, mode: 'register', server: address, transport, user, authUser, password },
      passOn: device.userToUser ? ['user-to-user'] : [],
      ...{ srtp, maxCalls, codecs, ptimeMs, numberFormat },
    });
    return [{ device, trunk: { ...kept, id: accountId(id) } }];
  });
}
