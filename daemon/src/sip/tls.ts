import type { DeviceConfig, TrunkConfig } from '../config/schema.ts';
import { splitHostPort } from './address.ts';
import type { OfficeLink } from './office.ts';

/** How the engine is to secure connections to one operator; as its own type of that name. PEM throughout. */
export interface TlsProfile {
  ca?: string;
  cert?: string;
  key?: string;
  verify: boolean;
  name: string;
  /** SHA-256 fingerprints of the certificates that the peer may show; nothing else decides then. */
  pins?: readonly string[];
  /** The box shows its own certificate. */
  own?: boolean;
}

type Secured = Pick<
  TrunkConfig,
  'server' | 'outboundProxy' | 'tlsCa' | 'tlsName' | 'tlsVerify' | 'tlsCertificate' | 'tlsPrivateKey'
>;

/** RFC 5922 7.3: the name to be found in the certificate is the domain that the request goes to, before any look-up. */
export function tlsProfileOf(trunk: Secured): TlsProfile {
  const { tlsCa, tlsName, tlsVerify, tlsCertificate, tlsPrivateKey } = trunk;
  return {
    name: tlsName || splitHostPort(trunk.outboundProxy || trunk.server).host,
    verify: tlsVerify,
    ...(tlsCa ? { ca: tlsCa } : {}),
    ...(tlsCertificate && tlsPrivateKey ? { cert: tlsCertificate, key: tlsPrivateKey } : {}),
  };
}

/** Name of the profile of a device known by its address; no trunk can have it. */
export const tlsProfileId = (deviceId: string): string => `device:${deviceId}`;

/**
 * The profiles of all trunks, by their ids: a trunk whose next hop names its own gets what it is set up with. A
 * PBX of the office shows what it was delivered with, so that its certificate is checked where one is given. Boxes of
 * other offices have no authority in common: each knows the other's certificate itself.
 */
export function tlsProfiles(
  trunks: readonly (Secured & { id: string })[],
  devices: readonly DeviceConfig[] = [],
  offices: readonly OfficeLink[] = [],
): Record<string, TlsProfile> {
  return Object.fromEntries([
    ...trunks.map((trunk) => [trunk.id, tlsProfileOf(trunk)] as const),
    ...offices.map(
      ({ trunk, fingerprints }) =>
        [trunk.id, { ...tlsProfileOf(trunk), pins: fingerprints, own: true }] as const,
    ),
    ...devices.flatMap(({ id, mode, transport, address, tlsCa }) =>
      mode === 'registers' || transport !== 'tls' || address === undefined
        ? []
        : [
            [
              tlsProfileId(id),
              { name: splitHostPort(address).host, verify: tlsCa !== '', ...(tlsCa ? { ca: tlsCa } : {}) },
            ] as const,
          ],
    ),
  ]);
}
