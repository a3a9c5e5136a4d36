import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../api.ts';

export interface Loaded<T> {
  /** The last answer; kept while a newer one is asked for. */
  value: T | undefined;
  failure: ApiError['error'] | undefined;
  reload(): void;
}

/**
 * Asks the box for `path`, again whenever the path or `version` changes. Of answers that overtake each other
 * only the last asked for counts. Without a path nothing is asked.
 */
export function useLoad<T>(path: string | undefined, version: number): Loaded<T> {
  const [value, setValue] = useState<T>();
  const [failure, setFailure] = useState<ApiError['error']>();
  const [again, setAgain] = useState(0);
  const asked = useRef(0);
  useEffect(() => {
    const mine = ++asked.current;
    if (path === undefined) return;
    api<T>(path).then(
      (answer) => {
        if (mine !== asked.current) return;
        setValue(answer);
        setFailure(undefined);
      },
      (error) => {
        if (mine === asked.current) setFailure(failureOf(error));
      },
    );
  }, [path, version, again]);
  return { value, failure, reload: () => setAgain((n) => n + 1) };
}
