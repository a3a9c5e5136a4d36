import { Readable } from 'node:stream';
import type { Request, Response } from 'express';
import type { OpenedRecording } from './deps.ts';

/** Sends what is decrypted on the way, all of it or the range that a player asks for (RFC 9110 14.2), and closes it. */
export function sendOpened(opened: OpenedRecording, request: Request, response: Response): void {
  const { bytes } = opened;
  const range = rangeOf(request.headers.range, bytes);
  response.setHeader('Accept-Ranges', 'bytes');
  if (range === 'unsatisfiable') {
    opened.close();
    response.status(416).setHeader('Content-Range', `bytes */${bytes}`);
    response.end();
    return;
  }
  const [from, to] = range ?? [0, bytes];
  if (range) response.status(206).setHeader('Content-Range', `bytes ${from}-${to - 1}/${bytes}`);
  response.setHeader('Content-Length', to - from);
  const body = Readable.from(opened.read(from, to));
  // Whether it was sent, broken off or could not be read.
  response.on('close', () => {
    body.destroy();
    opened.close();
  });
  body.on('error', () => response.destroy());
  body.pipe(response);
}

/** One range of bytes, its end not included; several, or what is none, are answered with all (RFC 9110 14.2). */
function rangeOf(header: string | undefined, bytes: number): [number, number] | 'unsatisfiable' | undefined {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (!found || (found[1] === '' && found[2] === '')) return undefined;
  const [, first = '', last = ''] = found;
  if (first === '') {
    const length = Math.min(Number(last), bytes);
    return length === 0 ? 'unsatisfiable' : [bytes - length, bytes];
  }
  const from = Number(first);
  const to = last === '' ? bytes : Math.min(bytes, Number(last) + 1);
  if (last !== '' && Number(last) < from) return undefined;
  return from >= bytes ? 'unsatisfiable' : [from, to];
}
