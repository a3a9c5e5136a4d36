import type { ConfigView, PinView } from '../../../daemon/src/api/contract.ts';
import { word } from '../i18n/index.ts';
import { isAdmin } from '../session.ts';
import { useLoad } from './use-load.ts';

type Named =
  | 'routes'
  | 'trunks'
  | 'costCentres'
  | 'classesOfService'
  | 'people'
  | 'destinations'
  | 'pins'
  | 'timeRules';

/** Names of what the records and settings refer to by id; the id itself where it is gone by now. */
export function useNames(version: number): (list: Named, id: string) => string {
  const { value } = useLoad<ConfigView>(isAdmin.value ? '/config' : undefined, version);
  const { value: pins } = useLoad<PinView[]>(isAdmin.value ? '/pins' : undefined, version);
  return (list, id) => {
    const items: readonly { id: string; name: string }[] =
      list === 'pins' ? (pins ?? []) : (value?.config[list] ?? []);
    // Emergency calls have ways of their own, which no configuration can name or take away.
    return items.find((item) => item.id === id)?.name ?? word('way', id);
  };
}
