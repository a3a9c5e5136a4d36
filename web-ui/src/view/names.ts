import type { ConfigView, PinView } from '../../../daemon/src/api/contract.ts';
import { word } from '../i18n/index.ts';
import { useBox } from '../query.ts';
import { isAdmin } from '../session.ts';

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
export function useNames(): (list: Named, id: string) => string {
  const { value } = useBox<ConfigView>(isAdmin() ? '/config' : undefined, 'config');
  const { value: pins } = useBox<PinView[]>(isAdmin() ? '/pins' : undefined, 'config');
  return (list, id) => {
    const items: readonly { id: string; name: string }[] =
      list === 'pins' ? (pins ?? []) : (value?.config[list] ?? []);
    // Emergency calls have ways of their own, which no configuration can name or take away.
    return items.find((item) => item.id === id)?.name ?? word('way', id);
  };
}
