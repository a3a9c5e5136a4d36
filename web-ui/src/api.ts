import type { ApiError, Said } from '../../daemon/src/api/contract.ts';

/** A refusal of the box, or no answer at all (`page/no-answer`). */
export class ApiFailure extends Error {
  readonly status: number;
  readonly error: ApiError['error'];

  constructor(status: number, error: ApiError['error']) {
    super(error.code);
    this.status = status;
    this.error = error;
  }
}

const noAnswer: Said = {
  ru: 'Устройство не отвечает. Проверьте кабель и питание; страница попробует снова сама.',
  en: 'The box does not answer. Check its cable and power; the page tries again by itself.',
};

let onSignedOut: () => void = () => {};

/** Called whenever the box says that nobody is signed in any more. */
export function whenSignedOut(fn: () => void): void {
  onSignedOut = fn;
}

/** One request to the box. Throws {@link ApiFailure}. */
export async function api<T>(path: string, options: { method?: string; body?: unknown } = {}): Promise<T> {
  const { body } = options;
  return await ask<T>(path, {
    method: options.method ?? (body === undefined ? 'GET' : 'POST'),
    ...(body !== undefined && {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
}

/**
 * Puts a file to the box; `told` hears how much of it has gone, 0 to 1. An answer that is no error is returned, also where
 * the box has taken nothing (a table with bad rows). Throws {@link ApiFailure}.
 */
export function upload<T>(
  path: string,
  file: Blob,
  type: string,
  told: (part: number) => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    // Of what fetch() sends, no browser tells how much has gone.
    const request = new XMLHttpRequest();
    request.open('PUT', `/api/v1${path}`);
    request.setRequestHeader('Content-Type', type);
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => told(total > 0 ? loaded / total : 0);
    request.onload = () => {
      const answer: unknown = request.response;
      const given = typeof answer === 'object' && answer !== null && !('error' in answer);
      if (given) resolve(answer as T);
      else reject(refused(request.status, answer));
    };
    request.onerror = () => reject(refused(0, undefined));
    request.send(file);
  });
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`/api/v1${path}`, { credentials: 'same-origin', ...init });
  } catch {
    throw new ApiFailure(0, { code: 'page/no-answer', said: noAnswer });
  }
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  const response = await reach(path, init);
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as T;
  throw refused(response.status, answer);
}

function refused(status: number, answer: unknown): ApiFailure {
  const error = (answer as Partial<ApiError> | null | undefined)?.error ?? {
    code: 'page/no-answer',
    said: noAnswer,
  };
  if (error.code === 'api/not-signed-in') onSignedOut();
  return new ApiFailure(status, error);
}

/** Sends a file that the box is to look into; what it finds is the answer. Throws {@link ApiFailure}. */
export const sendFile = <T>(path: string, file: Blob): Promise<T> =>
  ask<T>(path, { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body: file });

/** A file that the box makes, with the name it gives it; a body is sent by POST. Throws {@link ApiFailure}. */
export async function fetchFile(path: string, body?: unknown): Promise<{ name: string; content: Blob }> {
  const response = await reach(path, {
    ...(body !== undefined && {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  if (!response.ok) throw refused(response.status, await response.json().catch(() => undefined));
  const name = /filename="([^"]*)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1];
  return { name: name ?? 'linegate', content: await response.blob() };
}

/** What to show for anything thrown. */
export function failureOf(error: unknown): ApiError['error'] {
  if (error instanceof ApiFailure) return error.error;
  return {
    code: 'page/failed',
    said: {
      ru: 'На странице что-то не сработало. Обновите её.',
      en: 'Something on the page failed. Reload it.',
    },
    detail: String(error),
  };
}
