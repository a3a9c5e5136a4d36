import type { TrunkConfig } from '../config/schema.ts';
import type { SrfRequest } from './srf-types.ts';
import type { Trunk } from './trunk.ts';

/** The box of another office of ours: kept as a trunk over TLS, and known by its certificate alone. */
export interface OfficeLink {
  /** Id in the configuration. */
  id: string;
  /** As the trunk it is kept as, under {@link officeTrunkId}. */
  trunk: TrunkConfig;
  /** SHA-256 fingerprints of the certificates that it may show. */
  fingerprints: readonly string[];
}

/** Somebody came from the address of an office without being it. */
export interface OfficeRefusal {
  officeId: string;
  address: string;
  /** Of the certificate that was shown; missing: none was. */
  fingerprint?: string;
}

/** Id of the trunk that leads to an office; no configured trunk can have it. */
export const officeTrunkId = (officeId: string): string => `office:${officeId}`;

/** The office that a trunk leads to; undefined: it leads to an operator. */
export function officeOfTrunk(trunkId: string): string | undefined {
  return trunkId.startsWith('office:') ? trunkId.slice('office:'.length) : undefined;
}

/** Tells which office a request comes from. An address proves nothing: only the key of a pinned certificate does. */
export class OfficeDoor {
  #links: readonly OfficeLink[] = [];

  /** @returns ids of the trunks whose certificates are others now: what was seen of them says nothing any more. */
  apply(links: readonly OfficeLink[]): ReadonlySet<string> {
    const before = new Map(this.#links.map(({ trunk, fingerprints }) => [trunk.id, fingerprints.join()]));
    this.#links = links;
    const repinned = links.filter(({ trunk, fingerprints }) => before.get(trunk.id) !== fingerprints.join());
    return new Set(repinned.map(({ trunk }) => trunk.id));
  }

  /** The trunk of the office whose certificate the request's connection was opened with. */
  sender(req: SrfRequest, trunks: Iterable<Trunk>): Trunk | undefined {
    const proof = req.sessionToken;
    if (!proof || !overTls(req)) return undefined;
    const link = this.#links.find(({ fingerprints, trunk }) => trunk.enabled && fingerprints.includes(proof));
    return link && [...trunks].find(({ config }) => config.id === link.trunk.id);
  }

  /** What to tell of a request that comes over TLS from where an office is, and not by its certificate. */
  refusal(req: SrfRequest, trunks: Iterable<Trunk>): OfficeRefusal | undefined {
    if (!overTls(req)) return undefined;
    for (const trunk of trunks) {
      const officeId = officeOfTrunk(trunk.config.id);
      if (officeId === undefined || !trunk.config.enabled || !trunk.trusts(req.source_address)) continue;
      return {
        officeId,
        address: req.source_address,
        ...(req.sessionToken ? { fingerprint: req.sessionToken } : {}),
      };
    }
    return undefined;
  }
}

const overTls = (req: SrfRequest): boolean => req.protocol.toLowerCase() === 'tls';
