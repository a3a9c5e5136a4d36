import { CodedError } from '../base/error.ts';
import type { PlaySource } from './api.ts';

/** The whole signal of a caller-ID message as samples. */
export function callerIdSamples(_source: PlaySource & { type: 'caller-id' }): Int16Array {
  throw new CodedError('media/source', 'caller ID cannot be sent');
}
