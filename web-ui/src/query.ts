import { keepPreviousData, QueryClient, useQuery } from '@tanstack/react-query';
import type { ApiError } from '../../daemon/src/api/contract.ts';
import { api, failureOf } from './api.ts';

/** What the answers of the box are made from: a change of it that the live stream tells of makes them be asked for anew. */
export type Source = 'config' | 'records' | 'voicemail';

/** Answers of the box. A network that fails is tried again by the live connection, so that no query repeats itself. */
export const queries = new QueryClient({
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false, refetchOnReconnect: false } },
});

export interface Loaded<T> {
  /** The last answer; kept while a newer one is asked for. */
  value: T | undefined;
  failure: ApiError['error'] | undefined;
  reload(): void;
}

export interface Asking {
  /** Asks again and again while the component is there, ms. */
  everyMs?: number;
  /** Another number is another answer. */
  version?: number | undefined;
  /** Of a list whose filter changes: what was shown stays until the new answer is there. */
  keep?: boolean;
}

/**
 * The answer of the box at `path`, asked for again when its `source` changes; without a source, whenever the
 * component is mounted. Without a path nothing is asked.
 */
export function useBox<T>(
  path: string | undefined,
  source?: Source,
  { everyMs, version, keep }: Asking = {},
): Loaded<T> {
  const { data, error, refetch } = useQuery<T>({
    queryKey: ['box', source ?? 'none', path, version],
    queryFn: () => api<T>(path ?? ''),
    enabled: path !== undefined,
    ...(keep && { placeholderData: keepPreviousData as never }),
    ...(everyMs !== undefined && { refetchInterval: everyMs }),
    staleTime: source ? Number.POSITIVE_INFINITY : 0,
  });
  return {
    value: data,
    failure: error ? failureOf(error) : undefined,
    reload: () => void refetch(),
  };
}

/** Least time between two rounds of asking for the same kind of answers, ms: events may come by the thousand. */
const pauseMs = 250;
const pausing = new Map<Source, { again: boolean }>();

/** What is made from `source` is asked for anew: at once, and then not again within a quarter of a second. */
export function changed(source: Source): void {
  const pause = pausing.get(source);
  if (pause) {
    pause.again = true;
    return;
  }
  const own = { again: false };
  pausing.set(source, own);
  void queries.invalidateQueries({ queryKey: ['box', source] });
  setTimeout(() => {
    pausing.delete(source);
    if (own.again) changed(source);
  }, pauseMs);
}

/** Forgets all answers: somebody else may sign in. */
export function forget(): void {
  queries.clear();
}
