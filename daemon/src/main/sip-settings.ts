import type { Config } from '../config/schema.ts';
import { type TrunkStatus, takesCalls } from '../sip/index.ts';
import type { SipdHandle } from '../sipd/host.ts';
import type { HostPort } from './arguments.ts';
import { officeLinks } from './offices.ts';
import { pbxAccounts } from './pbx-accounts.ts';

/** Of what families our SIP sockets are; a drachtio-server's are its own affair, and it mostly has IPv4. */
export function families(sipd: SipdHandle | undefined): { v4: boolean; v6: boolean } {
  if (!sipd) return { v4: true, v6: false };
  return { v4: sipd.sip.some((a) => !a.host.includes(':')), v6: sipd.sip.some((a) => a.host.includes(':')) };
}

/** The box in one line, for whoever looks at the service. */
export function statusLine(calls: number, trunks: readonly TrunkStatus[], cardUp: boolean): string {
  const enabled = trunks.filter((trunk) => trunk.state !== 'disabled');
  const working = enabled.filter((trunk) => takesCalls(trunk.state));
  return `${calls} calls, ${working.length} of ${enabled.length} trunks work, line card ${cardUp ? 'up' : 'down'}`;
}

/** What the SIP side is told of the configuration. */
export const sipSettings = (config: Config) => ({
  trunks: config.trunks,
  devices: config.devices,
  accounts: pbxAccounts(config),
  offices: officeLinks(config),
  emergencyCaller: config.site.emergencyCaller,
  numbers: config.incomingNumbers,
  channels: config.sip.channels,
});

/** Where a drachtio-server that is not ours listens. */
export function externalEngine(config: Config): HostPort {
  const [host = '', port = '9022'] = config.sip.engine.split(':');
  return { host, port: Number(port) };
}
