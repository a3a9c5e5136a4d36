import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Probe } from '../health/watchdog.ts';
import type { LineCard } from '../line/card.ts';
import type { SipdHandle } from '../sipd/host.ts';
import type { MediaHost } from '../worker/media-host.ts';

/** What is probed. */
export interface Probed {
  clock: Clock;
  host: MediaHost;
  sipd: SipdHandle | undefined;
  card: LineCard;
  /** Folder of the stores. */
  data: string;
  /** Whether the gateway holds its connection to the SIP engine. */
  alive(): boolean;
}

/** How often the slow probes are made, ms. */
const probeMs = 1000;

/**
 * The probes that earn the watchdog's ping. A line card that is really unplugged is no reason to restart,
 * calls on trunks go on and an alarm stands; what must answer is its driver. The store is probed by
 * writing and by nothing less.
 */
export function probes(probed: Probed): { probes: Probe[]; close(): void } {
  const { clock, host, sipd, card, data } = probed;
  let turns = 0;
  let driver = 0;
  let written = 0;
  let writing = false;
  /** A new file each time: what is only written over finds room on a full disk too. Gone again before it wears flash. */
  const write = async (): Promise<void> => {
    // One that hangs in the kernel must not be followed by others, or they take all threads for files.
    if (writing) return;
    writing = true;
    try {
      const file = join(data, 'alive');
      await writeFile(file, `${clock.wall()}\n`);
      await rm(file, { force: true });
      written++;
    } catch {
      // What is not counted is the probe's answer.
    } finally {
      writing = false;
    }
  };
  const timer = clock.every(probeMs, () => {
    turns++;
    card.statistics().then(
      () => driver++,
      () => {},
    );
    void write();
  });
  return {
    probes: [
      { id: 'calls', name: { ru: 'Управление вызовами', en: 'Call control' }, tick: () => turns },
      { id: 'media', name: { ru: 'Поток звука', en: 'Media worker' }, tick: () => host.alive() },
      { id: 'card', name: { ru: 'Связь с платой линий', en: 'Line card link' }, tick: () => driver },
      {
        id: 'sip',
        name: { ru: 'Движок SIP', en: 'SIP engine' },
        tick: () => (probed.alive() ? (sipd ? sipd.alive() : turns) : 0),
      },
      { id: 'store', name: { ru: 'Запись на диск', en: 'Store' }, tick: () => written },
    ],
    close: () => timer.cancel(),
  };
}
