import { X509Certificate } from 'node:crypto';
import { trunk } from '../config/schema/trunk.ts';
import type { Config } from '../config/schema.ts';
import { type OfficeLink, officeTrunkId } from '../sip/index.ts';

/**
 * The links to our other offices, each as the trunk that carries its calls: TLS and SRTP, no account, the caller and
 * whoever diverted a call shown as they are. Nothing in an office's settings makes it a way for emergency calls (ruling 6).
 */
export function officeLinks(config: Pick<Config, 'offices'>): OfficeLink[] {
  return config.offices.map(({ id, name, enabled, address, fingerprints, maxCalls, optionsSeconds }) => {
    const kept = trunk.parse({
      ...{ id, name, enabled, mode: 'static', server: address, maxCalls, optionsSeconds },
      ...{ transport: 'tls', srtp: 'required', outbound: 'off' },
      ...{ forwardedCaller: 'original', forwardedHeader: 'diversion', withheld: 'bare' },
    });
    return { id, trunk: { ...kept, id: officeTrunkId(id) }, fingerprints };
  });
}

/** SHA-256 fingerprint of a certificate as the page shows it and other offices want it. */
export const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256;
