import type { ConfigStore } from '../config/store.ts';
import type { ServiceContext } from '../service/context.ts';
import { madeBy } from '../service/handset/owner.ts';

/** Settings that people change from their telephones: stored like any change, with who made it in the history. */
export function handsetChanges(store: ConfigStore): Pick<ServiceContext, 'change' | 'hideNumber'> {
  const change: ServiceContext['change'] = async (edit, by) => {
    await store.change((draft) => void edit(draft), by);
  };
  return {
    change,
    hideNumber: (origin, hidden) =>
      change((draft) => {
        const { port, device } = origin;
        for (const entry of draft.ports)
          if (entry.kind === 'fxs' && entry.number === port) entry.hideNumber = hidden;
        for (const entry of draft.devices) if (entry.id === device) entry.hideNumber = hidden;
      }, madeBy(origin)),
  };
}
