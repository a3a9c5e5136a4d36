import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LeaningView, ProtectionView, Said } from '../api/contract.ts';
import { gatewaysIn } from '../api/on-link.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/error.ts';
import { writeAtomic } from '../config/atomic-file.ts';
import { forgivableWords } from '../config/schema/protection.ts';
import type { Config } from '../config/schema.ts';
import { profileNamed } from '../dialplan/profile.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';
import type { SipGateway } from '../sip/index.ts';
import type { Protection as Terms } from '../sipd/engine.ts';
import type { Ban } from '../sipd/guard/ban-list.ts';
import type { SipdHandle } from '../sipd/host.ts';

/** How often it is looked whether operators have other addresses, or bans are over, ms. */
const LOOK_MS = 2000;
/** Bans are written this long after the last change, ms: a wave of scanners is one write. */
const WRITE_MS = 1000;

const reasons: Readonly<Record<Ban['reason'], Said>> = {
  scanner: { ru: 'назвался программой-сканером', en: 'says it is a scanner' },
  malformed: { ru: 'присылает мусор вместо SIP', en: 'sends garbage instead of SIP' },
  unknown: { ru: 'спрашивает то, чего здесь нет', en: 'asks for what is not here' },
  dialing: { ru: 'перебирает номера', en: 'tries number after number' },
  digest: { ru: 'подбирает пароль', en: 'guesses passwords' },
  knocking: { ru: 'стучится без пароля', en: 'keeps knocking without a password' },
  flood: { ru: 'шлёт слишком много запросов', en: 'sends far too many requests' },
};

/** Bans of before a restart, as they were written; none if the file is missing or no good. */
export function readBans(folder: string): Ban[] {
  try {
    const list: unknown = JSON.parse(readFileSync(join(folder, 'bans.json'), 'utf8'));
    return Array.isArray(list) ? list.filter(isBan) : [];
  } catch {
    return [];
  }
}

function isBan(value: unknown): value is Ban {
  const ban = value as Partial<Ban> | null;
  return (
    typeof ban?.source === 'string' &&
    ban.source.length <= 64 &&
    typeof ban.reason === 'string' &&
    ban.reason in reasons &&
    [ban.since, ban.until, ban.times, ban.dropped].every((n) => Number.isFinite(n)) &&
    typeof ban.proven === 'boolean'
  );
}

/** What the engine is told at its start, before any operator's address is known. */
export function protectionTerms(config: Config, trunks: readonly string[] = []): Terms {
  const numbering = profileNamed(config.dialing.profile);
  const { banScanners, banLan, neverBan, forgive, officeNetworks } = config.protection;
  return {
    guard: {
      bans: banScanners,
      banLan,
      trunks,
      neverBan: [...neverBan, ...gatewaysIn(readText('/proc/net/route'), readText('/proc/net/ipv6_route'))],
      ...(officeNetworks.length > 0 ? { lan: officeNetworks } : {}),
      emergency: [...numbering.emergency, ...Object.keys(numbering.legacyEmergency)],
    },
    lenient: forgive,
  };
}

/** What {@link Protection} works with. */
export interface ProtectionParts {
  sipd: SipdHandle | undefined;
  sip: SipGateway;
  config(): Config;
  folder: string;
  alarms: AlarmBoard;
  clock: Clock;
  warn(message: string): void;
}

/**
 * Keeps the engine's defences in step with the settings and with where the operators are, keeps bans over a
 * restart, and tells people of them.
 */
export class Protection {
  readonly #parts: ProtectionParts;
  readonly #closers: (() => void)[] = [];
  #told = '';
  #keep: Ban[] = [];
  #writing: Promise<void> = Promise.resolve();
  #writeSoon: { cancel(): void } | undefined;

  constructor(parts: ProtectionParts) {
    this.#parts = parts;
    const { sipd, clock } = parts;
    if (!sipd) return;
    this.#closers.push(sipd.on('bans', (keep, begun) => this.#bansChanged(keep, begun)));
    const look = clock.every(LOOK_MS, () => void this.#look());
    this.#closers.push(() => look.cancel());
    this.apply();
  }

  /** Tells the engine what has changed: settings, or addresses of operators. */
  apply(): void {
    const { sipd, sip, config } = this.#parts;
    if (!sipd) return;
    const terms = protectionTerms(config(), sip.trunkAddresses());
    const text = JSON.stringify(terms);
    if (text === this.#told) return;
    this.#told = text;
    sipd.protect(terms);
  }

  async view(): Promise<ProtectionView> {
    const { sipd, sip } = this.#parts;
    const stats = await sipd?.stats();
    const { counts = {}, leanings = [], guard } = stats ?? {};
    const sum = (...names: string[]): number => names.reduce((n, name) => n + (counts[name] ?? 0), 0);
    return {
      available: sipd !== undefined,
      bans: (guard?.bans ?? []).map(({ proven: _, ...ban }) => ({ ...ban, said: reasons[ban.reason] })),
      leanings: leanings.map((leaning) => this.#leaningView(leaning)).reverse(),
      load: guard?.level ?? 'calm',
      figures: {
        shed: sum('guard.shed'),
        dropped: sum('guard.banned', 'guard.flood', 'guard.scanner'),
        malformed: Object.entries(counts).reduce((n, [name, c]) => n + (name.startsWith('sip/') ? c : 0), 0),
        strangers: sip.counters.strangers,
      },
    };
  }

  /** Takes a ban back; false if there is none of that source. */
  async lift(source: string): Promise<boolean> {
    return (await this.#parts.sipd?.lift(source)) ?? false;
  }

  /** Stops, with the bans on disk. */
  async close(): Promise<void> {
    for (const close of this.#closers) close();
    if (this.#writeSoon) this.#write();
    await this.#writing;
  }

  #leaningView(leaning: {
    peer: string;
    what: keyof typeof forgivableWords;
    forgiven: number;
    refused: number;
  }): LeaningView {
    const { config, sip } = this.#parts;
    const [ru, en] = forgivableWords[leaning.what];
    const id = sip.trunkOf(leaning.peer);
    const trunk = id === undefined ? undefined : config().trunks.find((t) => t.id === id)?.name;
    return { ...leaning, said: { ru, en }, ...(trunk === undefined ? {} : { trunk }) };
  }

  #bansChanged(keep: Ban[], begun: Ban | undefined): void {
    const { alarms, clock } = this.#parts;
    this.#keep = keep;
    this.#writeSoon?.cancel();
    this.#writeSoon = clock.after(WRITE_MS, () => this.#write());
    if (!begun) return;
    const why = reasons[begun.reason];
    alarms.raise({
      id: 'sip-bans',
      severity: 'info',
      said: {
        ru: `Адрес ${begun.source} заблокирован: ${why.ru}.`,
        en: `The address ${begun.source} has been banned: it ${why.en}.`,
      },
      cure: {
        ru: 'Делать ничего не нужно. Если это свой телефон, снимите блокировку: «Устройство», «Защита».',
        en: 'Nothing needs to be done. If it is a telephone of yours, lift the ban: Box, Protection.',
      },
    });
  }

  async #look(): Promise<void> {
    const { sipd, alarms } = this.#parts;
    this.apply();
    if (!alarms.list().some((alarm) => alarm.id === 'sip-bans')) return;
    const stats = await sipd?.stats().catch(() => undefined);
    if (stats?.guard.bans.length === 0) alarms.clear('sip-bans');
  }

  #write(): void {
    this.#writeSoon?.cancel();
    this.#writeSoon = undefined;
    const text = `${JSON.stringify(this.#keep, undefined, 1)}\n`;
    this.#writing = this.#writing
      .then(() => writeAtomic(join(this.#parts.folder, 'bans.json'), text))
      .catch((error: unknown) => this.#parts.warn(`bans are not kept: ${messageOf(error)}`));
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
