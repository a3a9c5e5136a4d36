import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LiveState, PortLive } from '../api/contract.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/error.ts';
import { isLit, type LampPicture, lampsOf, type PortLamp } from '../health/lamps.ts';

/** Half of the fastest blinking, ms. */
const lookMs = 125;

/** What stands before the lamps are driven, and how long the picture of a port holds, in looks. */
const pictureEvery = 2;

interface Parts {
  clock: Clock;
  /** What the page sees. */
  live(): LiveState;
  claimed(): boolean;
  /** Gets one line if a lamp cannot be switched. */
  warn(message: string): void;
  /** Where Linux has its lamps. */
  folder?: string;
}

/**
 * Drives the lamps of the box. On a machine that has none nothing runs. Blinking is ours and not the kernel's, so that
 * a lamp that blinks proves a daemon that turns. Returns what ends it; the status lamp is then red, as before the start.
 */
export function driveLamps({ clock, live, claimed, warn, folder = '/sys/class/leds' }: Parts): () => void {
  const there = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('linegate:')) : [];
  if (there.length === 0) return () => {};
  const lit = new Map<string, boolean>();
  let refused = false;
  const show = (name: string, on: boolean): void => {
    if (lit.get(name) === on || !there.includes(name)) return;
    try {
      // LEDs class of Linux (Documentation/leds/leds-class.rst): any value but 0 is on.
      writeFileSync(join(folder, name, 'brightness'), on ? '1' : '0');
      lit.set(name, on);
    } catch (error) {
      if (!refused) warn(`lamp ${name}: ${messageOf(error)}`);
      refused = true;
    }
  };
  let looks = 0;
  let lamps = lampsOf(pictureOf(live(), claimed()));
  const look = (): void => {
    if (looks++ % pictureEvery === 0) lamps = lampsOf(pictureOf(live(), claimed()));
    const now = clock.now();
    for (const [name, shine] of lamps) show(name, isLit(shine, now));
  };
  look();
  const timer = clock.every(lookMs, look);
  return () => {
    timer.cancel();
    for (const name of there) show(name, name === 'linegate:power' || name === 'linegate:status:red');
  };
}

/** The picture of the lamps, out of that of the page. */
export function pictureOf(live: LiveState, claimed: boolean): LampPicture {
  const severities = live.alarms.map(({ severity }) => severity);
  return {
    ready: true,
    claimed,
    alarm: severities.includes('critical') ? 'critical' : severities.includes('warning') ? 'warning' : 'none',
    card: live.card.up,
    working: false,
    ports: live.ports.map((port) => ({ number: port.number, state: portLamp(port) })),
  };
}

function portLamp({ state, ringing }: PortLive): PortLamp {
  if (state === 'out-of-service') return 'trouble';
  if (state === 'lifeline') return 'lifeline';
  if (state === 'ringing' || ringing) return 'ringing';
  return state === 'idle' || state === 'unused' ? 'idle' : 'busy';
}
