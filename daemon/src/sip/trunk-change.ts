import type { TrunkConfig } from '../config/schema.ts';
import { tlsProfileOf } from './tls.ts';

/** Whether two configurations are one and the same binding at the operator. */
export function sameBinding(a: TrunkConfig, b: TrunkConfig): boolean {
  return (
    a.server === b.server &&
    a.user === b.user &&
    a.transport === b.transport &&
    a.mode === b.mode &&
    a.bulkNumbers === b.bulkNumbers &&
    a.publicAddress === b.publicAddress &&
    a.outbound === b.outbound &&
    b.enabled
  );
}

/** Whether a trunk can go on with the new configuration without registering anew. */
export function onlyAdjusts(a: TrunkConfig, b: TrunkConfig): boolean {
  const connection = (config: TrunkConfig): string =>
    JSON.stringify([
      config.enabled,
      config.mode,
      config.server,
      config.outboundProxy,
      config.transport,
      tlsProfileOf(config),
      config.user,
      config.authUser,
      config.password,
      config.registerSeconds,
      config.optionsSeconds,
      config.peers,
      config.bulkNumbers,
      config.publicAddress,
      config.outbound,
    ]);
  return connection(a) === connection(b);
}
