import { Emitter } from '../base/emitter.ts';
import type { LiveChange, LiveState } from './contract.ts';
import type { LiveModel } from './deps.ts';

type Lists = Omit<LiveState, 'box' | 'card' | 'health'>;
type Item<K extends keyof Lists> = Lists[K][number];

/**
 * A live model that is told what is the case and works out what has changed. Calls, trunks, devices and alarms keep
 * the order in which they came; ports that of their numbers.
 */
export class LiveStore implements LiveModel {
  readonly events = new Emitter<{ changed: [change: LiveChange] }>();
  #single: Pick<LiveState, 'box' | 'card' | 'health'>;
  #ports = new Map<string, Item<'ports'>>();
  #calls = new Map<string, Item<'calls'>>();
  #trunks = new Map<string, Item<'trunks'>>();
  #devices = new Map<string, Item<'devices'>>();
  #schedules = new Map<string, Item<'schedules'>>();
  #queues = new Map<string, Item<'queues'>>();
  #agents = new Map<string, Item<'agents'>>();
  #alarms = new Map<string, Item<'alarms'>>();
  #quality = new Map<string, Item<'quality'>>();

  constructor(initial: Pick<LiveState, 'box' | 'card' | 'health'>) {
    this.#single = { ...initial };
  }

  snapshot(): LiveState {
    return {
      ...this.#single,
      ports: [...this.#ports.values()].sort((a, b) => a.number - b.number),
      calls: [...this.#calls.values()],
      trunks: [...this.#trunks.values()],
      devices: [...this.#devices.values()],
      schedules: [...this.#schedules.values()],
      queues: [...this.#queues.values()],
      agents: [...this.#agents.values()],
      alarms: [...this.#alarms.values()],
      quality: [...this.#quality.values()],
    };
  }

  /** Takes one change; tells it on only if it is one. */
  put(change: LiveChange): void {
    switch (change.what) {
      case 'box':
      case 'card':
      case 'health':
        if (same(this.#single[change.what], change.value)) return;
        this.#single = { ...this.#single, [change.what]: change.value };
        break;
      case 'ports':
        if (!store(this.#ports, change.id, change.value)) return;
        break;
      case 'calls':
        if (!store(this.#calls, change.id, change.value)) return;
        break;
      case 'trunks':
        if (!store(this.#trunks, change.id, change.value)) return;
        break;
      case 'devices':
        if (!store(this.#devices, change.id, change.value)) return;
        break;
      case 'schedules':
        if (!store(this.#schedules, change.id, change.value)) return;
        break;
      case 'queues':
        if (!store(this.#queues, change.id, change.value)) return;
        break;
      case 'agents':
        if (!store(this.#agents, change.id, change.value)) return;
        break;
      case 'alarms':
        if (!store(this.#alarms, change.id, change.value)) return;
        break;
      case 'quality':
        if (!store(this.#quality, change.id, change.value)) return;
        break;
      case 'records':
      case 'voicemail':
      case 'config':
        break;
    }
    this.events.emit('changed', change);
  }
}

function store<T>(map: Map<string, T>, id: string, value: T | null): boolean {
  if (value === null) return map.delete(id);
  if (same(map.get(id), value)) return false;
  map.set(id, value);
  return true;
}

/** These are small trees of plain values made by one piece of code each, so the order of keys is the same. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
