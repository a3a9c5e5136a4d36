import type { LiveChange, LiveState } from '../../../daemon/src/api/contract.ts';

/** The live state with the changes in it. Pure; parts that did not change stay the same objects. */
export function applyChanges(state: LiveState, changes: readonly LiveChange[]): LiveState {
  const next = { ...state };
  for (const change of changes) {
    switch (change.what) {
      case 'box':
        next.box = change.value;
        break;
      case 'card':
        next.card = change.value;
        break;
      case 'health':
        next.health = change.value;
        break;
      case 'ports':
        next.ports = placed(next.ports, (p) => String(p.number) === change.id, change.value);
        next.ports.sort((a, b) => a.number - b.number);
        break;
      case 'calls':
        next.calls = placed(next.calls, (c) => c.id === change.id, change.value);
        break;
      case 'trunks':
        next.trunks = placed(next.trunks, (k) => k.id === change.id, change.value);
        break;
      case 'devices':
        next.devices = placed(next.devices, (d) => d.id === change.id, change.value);
        break;
      case 'schedules':
        next.schedules = placed(next.schedules, (s) => s.id === change.id, change.value);
        break;
      case 'queues':
        next.queues = placed(next.queues, (q) => q.id === change.id, change.value);
        break;
      case 'agents':
        next.agents = placed(next.agents, (a) => a.id === change.id, change.value);
        break;
      case 'alarms':
        next.alarms = placed(next.alarms, (a) => a.id === change.id, change.value);
        break;
      case 'quality':
        next.quality = placed(next.quality, (q) => q.id === change.id, change.value);
        break;
      case 'records':
      case 'voicemail':
      case 'config':
        break;
    }
  }
  return next;
}

function placed<T>(list: readonly T[], is: (item: T) => boolean, value: T | null): T[] {
  const index = list.findIndex(is);
  if (value === null) return index < 0 ? [...list] : list.toSpliced(index, 1);
  return index < 0 ? [...list, value] : list.with(index, value);
}
